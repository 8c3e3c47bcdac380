"""The gauges of what the store holds: right whatever this process does, and silent without it."""

from __future__ import annotations

import math
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from adapters.store import cursors, hints, inbox, ledger, outbox
from adapters.store.hints import NewHint
from adapters.store.outbox import NewRecord
from tests.adapters.store.intents import begin
from tests.workers.configuration import OPERATE, PLENTIFIC, RECHARGE, Write
from tests.workers.fake_clock import FakeClock
from tests.workers.react.taking import numbered, waiting
from tests.workers.test_lag import Consumer, Subscriber, partition
from workers import gauges, lag, settings
from workers.wiring import Parts, assemble

CONFIGURATION = """
[kafka]
bootstrap_servers = "127.0.0.1:9"
[store]
url = "sqlite:///{store}"
"""
INVOICES = {"connection": "plentific", "stream": "invoices"}
WORK_ORDERS = {"connection": "plentific", "stream": "work-orders"}


@dataclass
class Place:
    """A process that does nothing, and the store that others fill."""

    parts: Parts
    clock: FakeClock


@pytest.fixture
async def place(write: Write, upgraded_file: Path, tmp_path: Path) -> AsyncIterator[Place]:
    store = tmp_path / "store.db"
    shutil.copy(upgraded_file, store)
    config = write(CONFIGURATION.format(store=store) + PLENTIFIC + OPERATE + RECHARGE)
    clock = FakeClock()
    async with assemble(settings.load(config, environ={}), config, clock) as parts:
        yield Place(parts, clock)


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


async def note(place: Place, **progress: object) -> None:
    async with place.parts.store.write() as tx:
        await cursors.put(tx, "plentific", "invoices", progress, place.clock.now())


async def test_a_stream_shows_when_it_was_last_looked_at_with_success(place: Place) -> None:
    looked = place.clock.now() - timedelta(minutes=7)
    await note(place, succeeded_at=looked.isoformat(), failures=2, calls=3)

    await gauges.read(place.parts)

    succeeded = shown("tiebeam_stream_succeeded_timestamp_seconds", **INVOICES)
    assert succeeded == looked.timestamp()
    assert shown("tiebeam_stream_failures", **INVOICES) == 2
    assert shown("tiebeam_stream_calls", **INVOICES) == 3
    (source,) = (one for one in place.parts.sources if one.labels == ("plentific", "invoices"))
    every = shown("tiebeam_stream_every_seconds", **INVOICES)
    assert every == source.cadence.every.total_seconds()


async def test_a_stream_that_nobody_has_looked_at_shows_too(place: Place) -> None:
    await gauges.read(place.parts)

    assert shown("tiebeam_stream_succeeded_timestamp_seconds", **WORK_ORDERS) == 0
    assert shown("tiebeam_stream_failures", **WORK_ORDERS) == 0


async def test_the_outbox_shows_what_waits_and_since_when_though_no_relay_runs(
    place: Place,
) -> None:
    rows = [
        NewRecord(f"event {age}", "plentific.invoices", "key", b"{}", [], place.clock.now())
        for age in range(2)
    ]
    async with place.parts.store.write() as tx:
        await outbox.add(tx, rows)
    place.clock.advance(seconds=90)

    await gauges.read(place.parts)
    assert (shown("tiebeam_outbox_rows"), shown("tiebeam_outbox_oldest_seconds")) == (2, 90)

    async with place.parts.store.write() as tx:
        ids = [row.id for row in await outbox.unpublished(tx, 10)]
        await outbox.mark_published(tx, ids, place.clock.now())
    await gauges.read(place.parts)
    assert (shown("tiebeam_outbox_rows"), shown("tiebeam_outbox_oldest_seconds")) == (0, 0)


async def test_hints_and_reactions_that_are_gone_do_not_stay(place: Place) -> None:
    async with place.parts.store.write() as tx:
        await hints.add(tx, [NewHint("plentific", "invoice", "one", place.clock.now())])
        await inbox.add(tx, [waiting(numbered(1))])
    await gauges.read(place.parts)
    pending = {"reaction": "recharge-paid-invoice", "state": "pending"}
    assert shown("tiebeam_hints_waiting", connection="plentific") == 1
    assert shown("tiebeam_reactions", **pending) == 1

    async with place.parts.store.write() as tx:
        (hint,) = await hints.take(
            tx, "plentific", place.clock.now(), place.clock.now() + timedelta(minutes=1), 10
        )
        await hints.complete(tx, hint, place.clock.now())
        ids = await inbox.ids_in(tx, ["pending"])
        await inbox.cancel(tx, ids, "by hand", place.clock.now())
    await gauges.read(place.parts)
    assert shown("tiebeam_hints_waiting", connection="plentific") is None
    assert shown("tiebeam_reactions", **pending) is None


async def test_a_reaction_that_could_begin_shows_how_long_it_has_waited(place: Place) -> None:
    due, recharge = "tiebeam_reactions_due_oldest_seconds", {"reaction": "recharge-paid-invoice"}
    await gauges.read(place.parts)
    assert shown(due, **recharge) == 0

    row = replace(waiting(numbered(1)), received_at=place.clock.now())
    async with place.parts.store.write() as tx:
        await inbox.add(tx, [row])
    place.clock.advance(seconds=90)
    await gauges.read(place.parts)
    assert shown(due, **recharge) == 90


async def test_reactions_that_are_off_do_not_wait(place: Place) -> None:
    row = replace(waiting(numbered(1)), received_at=place.clock.now())
    async with place.parts.store.write() as tx:
        await inbox.add(tx, [row])
    place.clock.advance(seconds=90)
    ((name, one),) = place.parts.reactions.items()
    off = replace(one, settings=one.settings.model_copy(update={"mode": "off"}))

    await gauges.read(replace(place.parts, reactions={name: off}))

    assert shown("tiebeam_reactions_due_oldest_seconds", reaction=name) is None


async def test_effects_that_are_not_known_show_until_they_are(place: Place) -> None:
    number, age = "tiebeam_effects_unknown", "tiebeam_effects_unknown_oldest_seconds"
    operate = {"connection": "operate"}
    await gauges.read(place.parts)
    assert (shown(number, **operate), shown(age, **operate)) == (0, 0)

    async with place.parts.store.write() as tx:
        await begin(tx, "key", "recharge-paid-invoice", None, "operate", None, place.clock.now())
    place.clock.advance(minutes=5)
    await gauges.read(place.parts)
    assert (shown(number, **operate), shown(age, **operate)) == (1, 300)

    await place.parts.store.run(
        [ledger.finishing("key", "7", None, "reference", place.clock.now())]
    )
    await gauges.read(place.parts)
    assert (shown(number, **operate), shown(age, **operate)) == (0, 0)


async def test_the_oldest_hint_shows_how_long_nobody_has_looked(place: Place) -> None:
    async with place.parts.store.write() as tx:
        await hints.add(tx, [NewHint("plentific", "invoice", "one", place.clock.now())])
    place.clock.advance(minutes=2)

    await gauges.read(place.parts)

    assert shown("tiebeam_hints_oldest_seconds", connection="plentific") == 120


async def test_the_lag_of_this_process_shows_and_goes_with_its_partitions(place: Place) -> None:
    consumer = Consumer({partition(0): 3}, {partition(0): 10})
    subscriber = Subscriber(consumer)
    lag.follow(subscriber)
    await gauges.read(place.parts)
    assert shown("tiebeam_consumer_lag_records", topic="plentific.invoices") == 7

    consumer.at = {}
    await gauges.read(place.parts)
    assert shown("tiebeam_consumer_lag_records", topic="plentific.invoices") is None


async def test_without_the_store_they_say_so_and_nothing_that_may_be_out_of_date(
    place: Place,
) -> None:
    async with place.parts.store.write() as tx:
        await inbox.add(tx, [waiting(numbered(1))])
    await note(place, succeeded_at=place.clock.now().isoformat())
    await gauges.read(place.parts)
    assert shown("tiebeam_store_up") == 1

    await place.parts.store.aclose()
    await gauges.read(place.parts)

    assert shown("tiebeam_store_up") == 0
    assert math.isnan(shown("tiebeam_outbox_rows") or 0)
    assert math.isnan(shown("tiebeam_outbox_oldest_seconds") or 0)
    assert shown("tiebeam_reactions", reaction="recharge-paid-invoice", state="pending") is None
    assert shown("tiebeam_effects_unknown", connection="operate") is None
    assert shown("tiebeam_reactions_due_oldest_seconds", reaction="recharge-paid-invoice") is None
    assert shown("tiebeam_stream_succeeded_timestamp_seconds", **INVOICES) is None
