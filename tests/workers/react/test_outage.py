"""A provider that is down for an hour: nobody else notices, and its return is no storm."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from tests.workers.react.outage_world import (
    KEYS,
    RATE,
    REACTIONS,
    SLOTS,
    Outage,
    outage_world,
)
from tests.workers.react.virtual_time import VirtualClock
from workers.react.breaker import FAILURES, LONGEST_PAUSE

EVERY = 6
"""Minutes from events to events."""
LONGEST_WAIT = LONGEST_PAUSE.total_seconds() + 60
"""Seconds after which the provider is asked again, and all that had failed is done."""
PROBES = 17
"""Those of an hour: after 15, 30, 60, 120 and 240 s, then every five minutes."""


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def outage(
    sandbox: Sandbox, store: Store, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Outage]:
    async with outage_world(sandbox, store, clock, monkeypatch) as made:
        yield made


@pytest.mark.parametrize(
    ("down", "how"),
    [("operate", "503"), ("operate", "refused"), ("planiso", "refused")],
)
async def test_an_hour_without_a_provider_is_waited_out(
    down: str, how: str, outage: Outage
) -> None:
    others = [target for target in REACTIONS if target != down]
    await outage.pass_minutes(2 * EVERY, EVERY)
    before = {target: await outage.latencies(target) for target in others}
    done_before = len(outage.effects(down))
    assert done_before == len(outage.given[down]), "all went well until then"

    await outage.goes_down(down, how)
    went = outage.clock.now()
    await outage.pass_minutes(EVERY, EVERY, step=15)
    await outage.pass_minutes(60 - EVERY, EVERY)
    await _is_spared(outage, down, went, done_before)

    await outage.comes_back(down, how)
    back = outage.clock.now()
    await outage.rest.pass_time(LONGEST_WAIT, step=60)
    await outage.pass_minutes(EVERY, EVERY)

    _came_back_calmly(outage, down, back, done_before)
    for target in others:
        assert set(await outage.latencies(target)) == set(before[target]), "as if nothing happened"
    for target in REACTIONS:
        _all_once_in_order(outage, target)
        assert {row.state for row in await outage.rows(target)} == {"succeeded"}


async def _is_spared(outage: Outage, down: str, went: datetime, done_before: int) -> None:
    """While it was down it was called seldom, and nothing was given up for it."""
    looks = len(set(outage.tries(down, went)))  # a token may be asked for in two ways
    assert PROBES - 5 <= looks <= FAILURES + SLOTS + PROBES, "one look after each pause"
    waiting = (await outage.rows(down))[done_before:]
    assert {row.state for row in waiting} == {"pending", "retrying"}
    assert sum(row.attempts for row in waiting) <= FAILURES + SLOTS + PROBES
    assert len(outage.effects(down)) == done_before


def _came_back_calmly(outage: Outage, down: str, back: datetime, done_before: int) -> None:
    """After its return one call went first, and all others no faster than the limit allows."""
    calls = outage.tries(down, back, tokens=False)
    assert len(calls) >= len(outage.given[down]) - done_before
    assert calls[0] - back <= LONGEST_PAUSE + timedelta(minutes=1)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(calls)]
    assert min(gaps) >= 1 / RATE - 0.001, "no burst"


def _all_once_in_order(outage: Outage, target: str) -> None:
    """Each event has one effect, and those of a key came in the order of the events."""
    effects = outage.effects(target)
    assert sorted(effects) == list(range(1, len(outage.given[target]) + 1))
    by_key = defaultdict[int, list[int]](list)
    for number in effects:
        by_key[number % KEYS].append(number)
    assert all(numbers == sorted(numbers) for numbers in by_key.values()), by_key
