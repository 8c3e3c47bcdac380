"""Faults of the provider: nothing is lost, nothing is told twice, and the others are told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from structlog.typing import EventDict

from adapters.http.limits import Limits
from adapters.plentific.client import connect
from deploy.sandbox import Sandbox
from deploy.sandbox.plentific.data import CLIENT_ID, CLIENT_SECRET
from tests.workers.detect.world import CONNECTION, World, types
from tests.workers.fake_clock import HurryingClock
from workers.detect.cycle import progress

BOTH = ["invoice.received", "invoice.paid"]


@pytest.fixture
async def patient(world: World, sandbox: Sandbox) -> AsyncIterator[World]:
    """The same world through a client that waits in no time, by a clock of its own."""
    clock = HurryingClock()
    client = connect(
        connection=CONNECTION,
        base_url=sandbox.plentific_url,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        limits=Limits(100_000, 8),
        timeout=5,
        clock=clock,
    )
    yield replace(world, client=client)
    await client.aclose()
    assert max(clock.slept, default=0.0) >= 7.0


FAULTS: dict[str, dict[str, Any]] = {
    "500": {"kind": "status", "status": 500},
    "503": {"kind": "status", "status": 503},
    "400": {"kind": "status", "status": 400},
    "half a body": {"kind": "half_body"},
    "half of the JSON": {"kind": "half_body", "cut": "json"},
    "half of the chunks": {"kind": "half_body", "cut": "chunked"},
    "a sign-in page": {"kind": "html"},
    "no answer": {"kind": "drop_before"},
    "an answer lost": {"kind": "drop_after"},
    "a list for an object": {"kind": "status", "status": 200, "body": "[1]"},
    "null for an object": {"kind": "status", "status": 200, "body": "null"},
    "an empty body": {"kind": "status", "status": 200},
}


STUMBLES = ["500", "503"]


@pytest.mark.parametrize("fault", [one for one in FAULTS if one not in STUMBLES])
async def test_a_detail_that_cannot_be_read_is_tried_again_and_the_others_are_told(
    world: World, fault: str
) -> None:
    await world.invoices.baseline()
    swept_at = (await progress(world.invoices.source)).swept_at
    first, broken, last = (world.add_invoice(status="paid") for _ in range(3))
    world.sandbox.state.faults.add(path=broken, **FAULTS[fault])

    failed = await world.invoices.look(minutes=15)
    assert (failed.failures, failed.swept_at, failed.events) == (1, swept_at, 4)
    assert failed.error is not None
    assert failed.error.startswith("repairs: get_invoice: ")
    assert {event.subject for event in await world.news()} == {first, last}

    told = await world.invoices.news(minutes=1)
    assert [(event.subject, event.sequence) for event in told] == [(broken, 1), (broken, 2)]
    assert (await progress(world.invoices.source)).swept_at == world.clock.now().isoformat()


@pytest.mark.parametrize("fault", STUMBLES)
async def test_a_detail_over_which_the_provider_stumbles_is_tried_again_and_is_no_failure(
    world: World, fault: str
) -> None:
    await world.invoices.baseline()
    first, broken, last = (world.add_invoice(status="paid") for _ in range(3))
    world.sandbox.state.faults.add(path=broken, **FAULTS[fault])

    looked = await world.invoices.look(minutes=15)
    assert (looked.failures, looked.unusable, looked.events) == (0, 1, 4)
    assert looked.swept_at == world.clock.now().isoformat()
    assert {event.subject for event in await world.news()} == {first, last}

    told = await world.invoices.news(minutes=1)
    assert [(event.subject, event.sequence) for event in told] == [(broken, 1), (broken, 2)]
    assert (await progress(world.invoices.source)).unusable == 0


async def test_a_known_one_over_which_the_provider_always_stumbles_slows_nothing_down(
    world: World,
) -> None:
    broken = world.add_invoice()
    await world.invoices.baseline()
    await world.invoices.look()
    world.sandbox.state.faults.add("status", path=broken, status=500, times=None)
    world.change_invoice(broken, payment_reference="CHANGED")

    looks = [await world.invoices.look(hours=1) for _ in range(3)]
    assert [(one.failures, one.unusable) for one in looks] == [(0, 1)] * 3
    world.sandbox.state.faults.clear()

    assert types(await world.invoices.news(minutes=1)) == ["invoice.updated"]


@pytest.mark.parametrize(
    ("broken", "sound", "failures"), [(3, 0, 0), (4, 0, 1), (4, 4, 0), (5, 4, 1)]
)
async def test_where_the_provider_stumbles_over_more_than_it_shows_the_look_has_failed(
    world: World, broken: int, sound: int, failures: int
) -> None:
    await world.invoices.baseline()
    swept_at = (await progress(world.invoices.source)).swept_at
    added = [world.add_invoice() for _ in range(broken + sound)]
    for uuid in added[:broken]:
        world.sandbox.state.faults.add("status", path=uuid, status=500)

    looked = await world.invoices.look(minutes=15)
    told = [*await world.news(), *await world.invoices.news(minutes=1)]

    assert (looked.failures, looked.unusable) == (failures, 0 if failures else broken)
    assert (looked.swept_at == swept_at) == bool(failures)
    assert looked.error == (
        "repairs: get_invoice: Internal Server Error (500); try again later" if failures else None
    )
    assert {event.subject for event in told} == set(added)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_listing_that_cannot_be_read_is_tried_again(world: World, fault: str) -> None:
    await world.invoices.baseline()
    world.add_invoice(status="paid")
    settings = {"times": 1, **FAULTS[fault]}
    if fault == "a list for an object":
        settings["body"] = "{}"
    world.sandbox.state.faults.add(operation="list_invoices", **settings)

    failed = await world.invoices.look(minutes=15)

    assert failed.failures == 1
    assert await world.news() == []
    assert types(await world.invoices.news(minutes=1)) == BOTH


@pytest.mark.parametrize("operation", ["list_invoices", "get_invoice"])
async def test_a_provider_that_asks_for_a_pause_gets_it(patient: World, operation: str) -> None:
    await patient.invoices.baseline()
    patient.add_invoice(status="paid")
    patient.sandbox.state.faults.add(
        "status", operation=operation, status=429, headers={"Retry-After": "7"}
    )

    failed = await patient.invoices.look(minutes=1)

    assert failed.error is not None
    assert failed.error.endswith("(429); try again later after 7 s")
    assert types(await patient.invoices.news(minutes=1)) == BOTH


async def test_tokens_that_end_in_the_middle_of_a_look_are_not_noticed(world: World) -> None:
    await world.invoices.baseline()
    for _ in range(5):
        world.add_invoice()
    world.sandbox.state.faults.add("expire_tokens", operation="get_invoice", skip=2)

    assert types(await world.invoices.news()) == ["invoice.received"] * 5


async def test_a_provider_that_is_down_for_a_while_loses_nothing(world: World) -> None:
    await world.invoices.baseline()
    await world.sandbox.stop()
    world.add_invoice(status="paid")
    failures = [(await world.invoices.look(minutes=1)).failures for _ in range(3)]
    await world.sandbox.start()

    assert failures == [1, 2, 3]
    assert types(await world.invoices.news(minutes=1)) == BOTH


@pytest.mark.parametrize("status", [404, 410, 403])
async def test_a_row_whose_detail_is_kept_from_us_stops_nothing(world: World, status: int) -> None:
    await world.invoices.baseline()
    hidden, shown = world.add_invoice(), world.add_invoice()
    world.sandbox.state.faults.add("status", path=hidden, status=status, times=None)

    told = await world.invoices.sweep()

    assert [event.subject for event in told] == [shown]
    assert hidden not in await world.known("invoice")
    world.sandbox.state.faults.clear()
    (late,) = await world.invoices.news(minutes=1)
    assert late.subject == hidden


async def test_credentials_that_are_refused_are_a_failure(world: World) -> None:
    await world.invoices.baseline()
    world.add_invoice()
    world.sandbox.state.faults.add("status", operation="get_invoice", status=401, times=2)

    failed = await world.invoices.look(minutes=1)

    assert failed.error is not None
    assert "check the credentials" in failed.error
    assert types(await world.invoices.news(minutes=1)) == ["invoice.received"]


@pytest.mark.parametrize(
    "lacking",
    [
        {"total_tax": None},
        {"created": None},
        {"items": [{"type": "LABOUR", "quantity": 1, "unit_price": 1, "vat": None}]},
    ],
    ids=str,
)
async def test_a_detail_that_lacks_what_an_event_needs_is_counted_and_stops_nothing(
    world: World, lacking: dict[str, Any]
) -> None:
    await world.invoices.baseline()
    broken, sound = world.add_invoice(), world.add_invoice()
    detail = {**world.sandbox.state.plentific.invoices[broken], **lacking}
    answer_instead(world, broken, orjson.dumps(detail).decode())

    looked = await world.invoices.look(minutes=15)

    assert (looked.unusable, looked.failures) == (1, 0)
    assert looked.swept_at == world.clock.now().isoformat()
    assert [event.subject for event in await world.news()] == [sound]
    world.sandbox.state.faults.clear()
    assert [event.subject for event in await world.invoices.news(minutes=1)] == [broken]


def answer_instead(world: World, uuid: str, body: str) -> None:
    """Let the provider answer this, whenever it is asked for a detail."""
    world.sandbox.state.faults.add("status", path=uuid, status=200, body=body, times=None)


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ('"SANDBOX-211706"', '"\\ud800"'),
        ('"metadata":{', '"metadata":{"n":123456789012345678901234567890,'),
        ('"metadata":{', '"metadata":{"n":1e999,'),
        ('"paid_on":null', '"paid_on":"0001-01-01T00:00:00+01:00"'),
    ],
    ids=["half a surrogate pair", "a huge number", "infinity", "the year nought"],
)
async def test_a_detail_that_nobody_thought_of_is_counted_and_stops_nothing(
    world: World, logged: list[EventDict], text: str, strange: str
) -> None:
    await world.invoices.baseline()
    broken, sound = world.add_invoice(), world.add_invoice()
    body = orjson.dumps(world.sandbox.state.plentific.invoices[broken]).decode()
    assert text in body
    answer_instead(world, broken, body.replace(text, strange, 1))

    looked = await world.invoices.look(minutes=15)

    assert (looked.unusable, looked.failures) == (1, 0)
    assert [event.subject for event in await world.news()] == [sound]
    (entry,) = [entry for entry in logged if entry["log_level"] == "error"]
    assert entry["entity_id"] == broken
    world.sandbox.state.faults.clear()
    assert [event.subject for event in await world.invoices.news(minutes=1)] == [broken]
