"""How long a claimed row is held: the last moment at which a call may leave for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.store.inbox import InboxRow
from workers.react.means import Means

TO_CALL = 0.8
"""Of a lease: after it another process may send, so stop well before."""
ENOUGH = 0.6
"""Of a lease: with so much of it left to call in, it need not be extended first. One request is
given half a lease at most."""


@dataclass(frozen=True)
class Hold:
    """A lease on a row, as its owner sees it.

    Attributes:
        until: When it runs out.
        time: The last moment at which a call may leave.
        at: The same by the loop's clock, in seconds. That one stands still while the machine is
            suspended, and the time of day may be set: whichever comes first counts.
    """

    means: Means
    until: datetime
    time: datetime
    at: float

    @classmethod
    def of(cls, means: Means, row: InboxRow) -> Hold:
        """What is left of the lease under which a row was claimed."""
        return cls._ending(means, row.lease_until or means.clock.now())

    @classmethod
    def _ending(cls, means: Means, until: datetime) -> Hold:
        last = until - means.lease + time_to_call(means.lease)
        left = (last - means.clock.now()).total_seconds()
        return cls(means, until, last, asyncio.get_running_loop().time() + left)

    @classmethod
    def from_now(cls, means: Means) -> Hold:
        """A whole lease. Take it before it is written: no wait makes a call too late then."""
        return cls._ending(means, means.clock.now() + means.lease)

    def is_over(self) -> bool:
        """Whether it is too late to send."""
        return self._leaves_less_than(timedelta())

    def is_enough(self) -> bool:
        """Whether there is time for a call."""
        set_back = self.means.clock.now() < self.until - self.means.lease
        return not set_back and not self._leaves_less_than(self.means.lease * ENOUGH)

    def _leaves_less_than(self, time: timedelta) -> bool:
        by_the_loop = self.at - asyncio.get_running_loop().time()
        return by_the_loop <= time.total_seconds() or self.time - self.means.clock.now() <= time


def time_to_call(lease: timedelta) -> timedelta:
    """How long after a lease was taken a call may leave."""
    return lease * TO_CALL
