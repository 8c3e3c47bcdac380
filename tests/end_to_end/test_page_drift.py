"""Listings that shift under the reader lose no change and invent no news."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deploy.sandbox.plentific.invoices import create_invoice
from deploy.sandbox.plentific.work_orders import add_status, create_work_order
from tests.end_to_end.conftest import MakeWorld
from tests.end_to_end.world import World

pytestmark = pytest.mark.kafka

ROWS = 250  # more than a page of 200
LISTINGS = ("work-orders", "invoices")


def fill(world: World) -> None:
    """Add finished work orders and paid invoices in front, so that both lists have two pages."""
    state = world.sandbox.state
    for number in range(ROWS):
        created = state.now() - timedelta(days=3, minutes=number)
        history = [{"status": "signed_off", "created": created.isoformat()}]
        fields = {"created": created.isoformat(), "state_history": history}
        create_work_order(state.plentific, state.now(), fields)
        paid = {"created": created.isoformat(), "status": "paid", "paid_on": created.isoformat()}
        create_invoice(state.plentific, state.now(), paid)


def drift(world: World, action: str, times: int = 1) -> None:
    for listing in LISTINGS:
        world.sandbox.state.drift.add("plentific", listing, action, rows=3, times=times)


@pytest.mark.parametrize("action", ["move_later_to_front", "hide_earlier", "remove_earlier"])
async def test_a_listing_that_shifts_loses_no_change_and_invents_no_news(
    make_world: MakeWorld, action: str
) -> None:
    world = await make_world()
    fill(world)
    drift(world, action, times=2)  # while the baseline is taken
    await world.start()
    await world.baselined()
    assert all(rule.applied == 2 for rule in world.sandbox.state.drift.rules)

    drift(world, action, times=3)  # while changes are looked for
    state = world.sandbox.state
    orders = state.plentific.work_orders.listing()
    for uuid in (orders[-1], orders[200], orders[199]):  # the ends of both pages
        add_status(state.plentific, uuid, "refunded", state.now())
    world.busy_day()
    await world.closed()
    assert all(rule.applied == rule.times for rule in state.drift.rules)
