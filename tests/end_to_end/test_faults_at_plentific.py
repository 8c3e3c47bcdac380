"""Whatever goes wrong while Plentific is read: every change is told, in its order, once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.end_to_end.told import in_outbox, of_type
from tests.end_to_end.world import World, until

pytestmark = pytest.mark.kafka

IN_FLIGHT = 8  # requests of a connection at a time, by the configuration
READS = ("list_work_orders", "get_work_order", "list_invoices", "get_invoice")


async def live_under(world: World, *faults: Any) -> None:
    """A busy day on which each kind of read is hit by its fault; the books balance afterwards.

    One fault given is that of every kind, once each; None is no fault.
    """
    given = faults if len(faults) > 1 else faults * len(READS)
    waiting = [
        world.sandbox.state.faults.add(provider="plentific", operation=operation, **fault)
        for operation, fault in zip(READS, given, strict=True)
        if fault is not None
    ]
    world.busy_day()
    await world.closed()
    assert all(one.applied == 1 for one in waiting)


async def test_half_a_json_body_of_a_list_or_a_detail_loses_nothing(world: World) -> None:
    for operation in READS:
        world.sandbox.state.faults.add("half_body", provider="plentific", operation=operation)
    await live_under(world, {"kind": "half_body", "cut": "json"})
    assert all(fault.applied == 1 for fault in world.sandbox.state.faults.active)


async def test_html_instead_of_a_list_or_a_detail_loses_nothing(world: World) -> None:
    await live_under(world, {"kind": "html"})


async def test_a_500_for_a_list_or_a_detail_loses_nothing(world: World) -> None:
    await live_under(world, {"kind": "status", "status": 500})


async def test_a_429_for_a_list_or_a_detail_pauses_the_connection_and_loses_nothing(
    world: World,
) -> None:
    refusal = {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}}
    await live_under(world, refusal, None, None, refusal)

    requests = world.sandbox.state.requests.find("plentific")
    for refused in (request for request in requests if request.status == 429):
        meanwhile = [
            request for request in requests if 0 < (request.at - refused.at).total_seconds() < 0.9
        ]
        assert len(meanwhile) < IN_FLIGHT  # what was under way already


async def test_connections_that_drop_and_answers_that_never_come_lose_nothing(
    world: World,
) -> None:
    never = {"kind": "delay", "hold": True}
    await live_under(world, {"kind": "drop_before"}, {"kind": "drop_after"}, never, never)


async def test_a_detail_that_fails_again_and_again_holds_up_nothing_else(world: World) -> None:
    orders = world.sandbox.state.plentific.work_orders
    hired = next(order["uuid"] for order in orders if order["status"] == "hired")
    broken = world.sandbox.state.faults.add("status", status=500, path=hired, times=None)
    world.busy_day()
    await until_told(world, "invoice.paid", 2)

    async def failed_again() -> bool:
        return broken.applied > 1

    await until(failed_again, "the detail is asked for again")
    world.sandbox.state.faults.clear()
    await world.closed()


async def until_told(world: World, name: str, count: int) -> None:
    """Wait until so many events of a type are published."""

    async def told() -> bool:
        return len(of_type(await in_outbox(world.store), f"plentific.{name}")) >= count

    await until(told, f"{count} × {name}")
