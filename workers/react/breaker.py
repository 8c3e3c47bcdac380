"""The circuit breaker of a connection: reactions keep away while its provider is down.

It opens after some attempts in a row that failed for the connection's sake. No reaction is begun
then, so none wears out its attempts; they stay pending. When the pause is over one is let through
to see: the provider answers and all go on, or the next pause is twice as long.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from workers.clock import Clock
from workers.react.audit import Ending
from workers.telemetry import logs, metrics

FAILURES = 5
"""Failed attempts in a row, after which nothing is begun for a while."""
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=5)

log = logs.logger("react")


class Breaker:
    """Says how many reactions may begin at a connection, from how the last ones ended there."""

    def __init__(self, connection: str, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._failures = 0
        self._pause = FIRST_PAUSE
        self._open_until: datetime | None = None
        self._probing = False
        self._back = False
        self._show()

    def allows(self, slots: int) -> int:
        """How many of so many may begin now."""
        if self._open_until is None:
            return slots
        if self._probing or self._clock.now() < self._open_until:
            return 0
        return min(slots, 1)

    def is_back(self) -> bool:
        """Whether the provider has answered again since this was last asked."""
        back, self._back = self._back, False
        return back

    def began(self, number: int) -> None:
        """So many have begun."""
        self._probing = self._open_until is not None and (self._probing or number > 0)

    def ended(self, ending: Ending | None) -> None:
        """One has ended so; None: it says nothing of the provider."""
        if ending is not None and ending.trouble:
            self._failed()
        elif ending is not None and ending.answered:
            self._answered()
        else:
            self._probing = False

    def _failed(self) -> None:
        self._failures += 1
        if self._open_until is None:
            if self._failures >= FAILURES:
                self._open(FIRST_PAUSE)
        elif self._probing:
            self._open(min(self._pause * 2, LONGEST_PAUSE))

    def _open(self, pause: timedelta) -> None:
        self._pause, self._probing = pause, False
        self._open_until = self._clock.now() + pause
        log.warning(
            "provider fails, reactions wait",
            connection=self._connection,
            failures=self._failures,
            seconds=pause.total_seconds(),
        )
        self._show()

    def _answered(self) -> None:
        if self._open_until is not None:
            log.info("provider answers again", connection=self._connection)
            self._back = True
        self._failures, self._pause = 0, FIRST_PAUSE
        self._open_until, self._probing = None, False
        self._show()

    def _show(self) -> None:
        metrics.BREAKER_OPEN.labels(self._connection).set(self._open_until is not None)
