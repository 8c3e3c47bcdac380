"""The pace of a connection: when the next request may start, by what the provider has refused."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from adapters.http.clock import Clock

SLOWEST = 0.05  # of the configured rate; refusals do not slow a connection further
RECOVERED = 0.05  # of the configured rate, for each minute without a refusal
LONGEST_PAUSE = 3600.0  # seconds; a provider that asks for more is asked again after this
# Seconds. A timer that wakes this late does not lower the rate; idle time is not made up for.
LATENESS_KEPT = 0.02


@dataclass(frozen=True)
class Pace:
    """How fast a connection went at a time of day, to be remembered across a restart.

    Attributes:
        pace: Starts of requests a second.
        paused_until: When the pause ends that the provider asked for; long ago where there is none.
        at: When this was so.
    """

    pace: float
    paused_until: datetime
    at: datetime


class Start(NamedTuple):
    """When the next request might have started, before one did and after it."""

    before: float
    after: float


class Pacer:
    """Spaces the starts of requests evenly, never in a burst.

    A refusal halves the pace; without another one it comes back little by little.
    """

    def __init__(self, rate: float, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        now = clock.monotonic()
        self._next_start = now
        self._paused_until = now
        self._slowed_to = rate  # at `_slowed_at`, and until the calm begins
        self._slowed_at = -math.inf
        self._calm_since = now

    def pace(self) -> float:
        """Starts a second that are allowed now."""
        return self._recovered(self._slowed_to, self._calm_since)

    def pause_left(self) -> float:
        """Seconds until the pause ends that the provider asked for; 0 where there is none."""
        return max(self._paused_until - self._clock.monotonic(), 0.0)

    def pause(self, seconds: float) -> None:
        """Start nothing for so long; a shorter pause never ends a longer one early."""
        until = self._clock.monotonic() + min(max(seconds, 0.0), LONGEST_PAUSE)
        self._paused_until = max(self._paused_until, until)

    def slow_down(self, began: float) -> None:
        """Halve the pace, because the provider refused a request that `began` then.

        Requests that were under way when the pace was last halved tell nothing new: they are
        refused for the pace before.
        """
        now = self._clock.monotonic()
        if began > self._slowed_at:
            self._slowed_to = self._possible(self.pace() / 2)
            self._slowed_at = now
            self._next_start = max(self._next_start, now + 1 / self._slowed_to)
        else:
            self._slowed_to = self.pace()
        self._calm_since = max(now, self._paused_until)

    def due_in(self) -> float:
        """Seconds until the next request may start."""
        return max(self._next_start, self._paused_until) - self._clock.monotonic()

    def start(self) -> Start:
        """Note that a request starts, which is due; to be given to `undo` if it does not."""
        now, before = self._clock.monotonic(), self._next_start
        due = max(before, self._paused_until)
        self._next_start = (due if now - due <= LATENESS_KEPT else now) + 1 / self.pace()
        return Start(before, self._next_start)

    def undo(self, start: Start) -> None:
        """Let another start instead, who is not waiting for the time yet, if none has since."""
        if self._next_start == start.after:
            self._next_start = start.before

    def export(self) -> Pace:
        """What another process must know to go on like this one."""
        now = self._clock.now()
        since = self._paused_until - self._clock.monotonic()
        return Pace(self.pace(), now + timedelta(seconds=since), now)

    def resume(self, pace: Pace) -> None:
        """Go no faster than another process did, as if the time since had passed in this one."""
        now, today = self._clock.monotonic(), self._clock.now()
        self.pause((pace.paused_until - today).total_seconds())
        calm = (today - max(pace.at, pace.paused_until)).total_seconds()
        slowed_to = self._possible(pace.pace)
        # a clock that was set back must not put the recovery off for longer than a pause may be
        calm_since = now - max(calm, -LONGEST_PAUSE)
        if self._recovered(slowed_to, calm_since) < self.pace():
            self._slowed_to, self._slowed_at, self._calm_since = slowed_to, now, calm_since

    def _recovered(self, slowed_to: float, calm_since: float) -> float:
        calm = max(self._clock.monotonic() - calm_since, 0.0)
        return min(slowed_to + self._rate * RECOVERED * calm / 60, self._rate)

    def _possible(self, pace: float) -> float:
        return min(max(pace, self._rate * SLOWEST), self._rate)
