"""Rows and details that do not say the same: nothing is lost, nothing is read for ever."""

from __future__ import annotations

from datetime import date
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


async def test_a_payment_between_row_and_detail_is_told_though_rows_write_something_otherwise(
    world: World,
) -> None:
    def row_state(row: dict[str, Any]) -> dict[str, Any]:
        return INVOICES.row_state(row) | {"external_reference": "Invoice A-1"}

    async def read(client: PlentificClient, entity_id: str) -> Any:
        world.change_invoice(uuid, status="paid")
        return await read_invoice(client, entity_id)

    uuid = world.add_invoice(external_reference="A-1")
    watch = world.watch(INVOICES, row_state=row_state)
    await watch.baseline()
    assert await watch.news() == []

    paying = world.watch(INVOICES, row_state=row_state, read=read)
    told = await paying.news(minutes=1) + await watch.news(minutes=1) + await watch.sweep()

    assert types(told) == ["invoice.paid"]


@pytest.mark.parametrize("way", ["a hint", "its turn", "its row"])
async def test_a_change_of_which_only_the_row_was_known_is_told_once_whoever_finds_it(
    world: World, way: str
) -> None:
    uuid = world.add_invoice(external_reference="A-1")
    await world.invoices.baseline()
    paid_on = "2026-03-02T09:31:07.123456Z"  # rows show no fraction
    world.change_invoice(uuid, status="paid", paid_on=paid_on, external_reference="A-2")

    if way == "a hint":
        assert await hinted(world, uuid) == ["invoice.paid"]
    elif way == "its turn":
        no_row = {"created_from": date(2030, 1, 1)}
        await world.watch(INVOICES, windows=lambda _now: [no_row]).look()
    else:
        await world.invoices.look()
    told = [event for event in await world.all_events() if event.subject == uuid]
    later = [await world.invoices.look(minutes=minutes) for minutes in (1, 20, 1)]

    (paid,) = told
    assert previous_of(paid) == {
        "status": "outstanding",
        "paid_on": None,
        "external_reference": "A-1",
    }
    assert [event.id for event in await world.all_events()] == [paid.id]
    assert [looked.error for looked in later] == [None] * 3


async def test_an_edit_after_a_payment_that_a_hint_has_found_is_told(world: World) -> None:
    uuid = world.add_invoice(external_reference="A-1")
    await world.invoices.baseline()
    world.change_invoice(uuid, status="paid")
    assert await hinted(world, uuid) == ["invoice.paid"]

    world.change_invoice(uuid, external_reference="A-2")
    (edited,) = await world.invoices.news()

    assert (types([edited]), previous_of(edited)) == (
        ["invoice.updated"],
        {"external_reference": "A-1"},
    )


async def test_a_payment_that_the_row_shows_before_the_detail_is_told_when_both_do(
    world: World,
) -> None:
    uuid = world.add_invoice()
    await world.invoices.baseline()
    stale = await world.client.get_invoice(uuid)

    async def read(_client: PlentificClient, _uuid: str) -> Any:
        return stale

    world.change_invoice(uuid, status="paid")
    assert await world.watch(INVOICES, read=read).news() == []
    (paid,) = await world.invoices.news()

    assert types([paid]) == ["invoice.paid"]
    assert await world.invoices.news() == []


async def test_a_detail_that_is_ahead_of_its_row_is_told_once(world: World) -> None:
    uuid = world.add_invoice()
    await world.invoices.baseline()

    async def read(client: PlentificClient, entity_id: str) -> Any:
        world.change_invoice(uuid, status="paid")
        return await read_invoice(client, entity_id)

    world.change_invoice(uuid, status="overdue")
    (paid,) = await world.watch(INVOICES, read=read).sweep()

    assert types([paid]) == ["invoice.paid"]
    for _ in range(2):
        assert await world.invoices.news(minutes=1) == []
        known = await world.entity("invoice", uuid)
        assert known is not None
        assert known.version == 1  # an event with the same id would be told to nobody
