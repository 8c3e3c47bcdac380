"""The lag of this process' consumers: records on their partitions that they have not read.

Both sides of the difference come with the answers of the broker and are kept by the consumer: no
request is made, and no record costs more. While a batch is being stored it counts as read; if it
cannot be stored, the consumer goes back, and it counts again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from aiokafka.errors import IllegalStateError

PATIENCE = 1.0
"""Seconds for consumers that are just finding out where to begin."""

_followed: WeakSet[Any] = WeakSet()


def follow(subscriber: Any) -> None:
    """Show the lag of a FastStream subscriber, while it is there and runs."""
    _followed.add(subscriber)


async def by_topic() -> dict[str, int]:
    """The lag of each topic of which something was read or asked for; others are not known yet."""
    lags: Counter[str] = Counter()
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            for subscriber in list(_followed):
                await _add(lags, subscriber.consumer)
    return lags


async def _add(lags: Counter[str], consumer: Any) -> None:
    for partition in consumer.assignment() if consumer is not None else ():
        with suppress(IllegalStateError, AssertionError):  # it was taken away in between
            end = consumer.highwater(partition)
            if end is not None:
                lags[partition.topic] += max(end - await consumer.position(partition), 0)
