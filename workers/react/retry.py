"""Retries as data: when an attempt that failed for now is made again."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

FIRST = timedelta(seconds=1)
LONGEST = timedelta(minutes=15)
"""Providers are down for hours at times; after some tries we ask every quarter of an hour."""


MOST_OBEYED = timedelta(days=1)
"""A provider that asks for a longer pause is asked again after this."""


def next_attempt(
    attempts: int, now: datetime, retry_after: float | None, random: Random
) -> datetime:
    """Return when to try again after so many attempts.

    The pause doubles from a second to a quarter of an hour, with jitter of up to a quarter more so
    that many do not come back at once. A longer Retry-After of the provider (seconds) is obeyed.
    """
    doubled = FIRST.total_seconds() * 2.0 ** min(max(attempts - 1, 0), 20)
    pause = min(doubled, LONGEST.total_seconds()) * (1 + random.random() / 4)
    asked = min(retry_after or 0, MOST_OBEYED.total_seconds())
    return now + timedelta(seconds=max(pause, asked))
