"""Rows and details that do not say the same: nothing is lost, nothing is read for ever."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.plentific.client import PlentificClient
from tests.workers.detect.world import World, entity_of, previous_of, types
from workers.detect.observe import Tally, observe_hinted
from workers.detect.plentific import INVOICES
from workers.detect.plentific.invoices import read_invoice
from workers.telemetry import tracing


async def hinted(world: World, uuid: str) -> list[str]:
    source, tally = world.invoices.source, Tally()
    await observe_hinted(source, [uuid], world.clock.now(), tally, tracing.current())
    return types(await world.news())


async def test_a_change_back_shows_in_the_list_though_only_the_detail_showed_the_change(
    world: World,
) -> None:
    uuid = world.add_invoice(external_reference="A-1")
    await world.invoices.baseline()
    await world.invoices.look()
    world.change_invoice(uuid, external_reference="A-2")
    assert await hinted(world, uuid) == ["invoice.updated"]

    world.change_invoice(uuid, external_reference="A-1")
    (event,) = await world.invoices.news()

    assert entity_of(event)["external_reference"] == "A-1"


async def test_a_change_back_is_told_though_the_change_came_between_row_and_detail(
    world: World,
) -> None:
    uuid = world.add_invoice(external_reference="A-1")
    await world.invoices.baseline()
    await world.invoices.look()

    async def read(client: PlentificClient, entity_id: str) -> Any:
        world.change_invoice(uuid, external_reference="A-2")
        return await read_invoice(client, entity_id)

    world.change_invoice(uuid, status="overdue")
    assert types(await world.watch(INVOICES, read=read).news()) == ["invoice.overdue"]

    world.change_invoice(uuid, external_reference="A-1")
    (event,) = await world.invoices.news()

    assert entity_of(event)["external_reference"] == "A-1"


@pytest.mark.parametrize("by_hint", [True, False], ids=["by a hint", "by its row"])
async def test_what_changed_before_the_first_detail_was_read_is_told(
    world: World, *, by_hint: bool
) -> None:
    uuid = world.add_invoice(external_reference="A-1")
    await world.invoices.baseline()

    async def read(client: PlentificClient, entity_id: str) -> Any:
        world.change_invoice(uuid, external_reference="A-2")
        return await read_invoice(client, entity_id)

    if by_hint:
        world.change_invoice(uuid, external_reference="A-2")
        assert await hinted(world, uuid) == []
    else:
        assert await world.watch(INVOICES, read=read).news() == []
    (event,) = await world.invoices.news()

    assert previous_of(event) == {"external_reference": "A-1"}
    assert await world.invoices.news() == []


async def test_what_a_row_writes_otherwise_costs_one_more_call_and_is_no_change(
    world: World,
) -> None:
    def row_state(row: dict[str, Any]) -> dict[str, Any]:
        return INVOICES.row_state(row) | {"external_reference": "Invoice A-1"}

    uuid = world.add_invoice(external_reference="A-1")
    watch = world.watch(INVOICES, row_state=row_state)
    await watch.baseline()

    assert [await watch.news() for _ in range(4)] == [[]] * 4
    assert world.calls("get_invoice") == 2
    world.change_invoice(uuid, account_code="23200")
    assert types(await watch.sweep() + await watch.news(hours=1)) == ["invoice.updated"]
