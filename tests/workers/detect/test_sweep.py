"""Sweeps: a listing whose pages shift under the reader is read until it held still."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.http.errors import Transient
from adapters.plentific.client import PlentificClient
from tests.workers.detect.world import World, pages_of
from workers.detect import sweep as sweeps
from workers.detect.idset import IdSet
from workers.detect.plentific import INVOICES
from workers.detect.stream import Page
from workers.detect.sweep import SweepReport, sweep, window

Between = Mapping[int, Callable[[], object]]


class Reader:
    """Reads the invoices in pages of two and keeps what it was handed."""

    def __init__(self, world: World, between: Between | None = None) -> None:
        self.client = world.client
        self.stream = world.watch(INVOICES, pages=pages_of(2, between)).source.stream
        self.seen: list[str] = []

    async def observe(self, page: Page) -> None:
        self.seen += [row["uuid"] for row in page.rows]

    async def sweep(self, *, confirm: bool = False) -> SweepReport:
        return await sweep(self.stream, self.client, self.observe, confirm=confirm)


@pytest.fixture
def newest_first(world: World) -> list[str]:
    """Five invoices, as they are listed."""
    for _ in range(5):
        world.add_invoice()
        world.clock.advance(seconds=1)
    return list(world.sandbox.state.plentific.invoices.listing())


async def test_a_listing_that_holds_still_is_read_once(
    world: World, newest_first: list[str]
) -> None:
    reader = Reader(world)

    report = await reader.sweep()

    assert reader.seen == newest_first
    assert report == SweepReport(passes=1, pages=3, total=5, steady=True, ids=IdSet(newest_first))


async def test_an_empty_listing_holds_still(world: World) -> None:
    report = await Reader(world).sweep(confirm=True)

    assert report == SweepReport(passes=1, pages=1, total=0, steady=True)


async def test_a_confirmed_sweep_reads_what_it_found_once_more(
    world: World, newest_first: list[str]
) -> None:
    report = await Reader(world).sweep(confirm=True)

    assert (report.passes, report.steady) == (2, True)


async def test_rows_pushed_to_the_next_page_are_noticed(
    world: World, newest_first: list[str]
) -> None:
    reader = Reader(world, {1: world.add_invoice})

    report = await reader.sweep()

    assert (report.passes, report.total, report.steady) == (2, 6, True)
    assert len(set(reader.seen)) == 6


async def test_a_listing_that_does_not_say_its_length_is_read_until_no_row_comes_twice(
    world: World, newest_first: list[str]
) -> None:
    counted = pages_of(2, {1: world.add_invoice})

    async def pages(client: PlentificClient, filters: Mapping[str, Any]) -> AsyncIterator[Page]:
        async for page in counted(client, filters):
            yield replace(page, total=None)

    reader = Reader(world)
    reader.stream = replace(reader.stream, pages=pages)
    report = await reader.sweep()

    assert (report.passes, report.total, report.steady) == (2, None, True)


async def test_a_row_that_slips_past_the_reader_is_found_by_reading_again(
    world: World, newest_first: list[str]
) -> None:
    invoices = world.sandbox.state.plentific.invoices
    reader = Reader(world, {1: lambda: invoices.remove(newest_first[0])})

    report = await reader.sweep()

    assert reader.seen[:4] == [newest_first[0], newest_first[1], *newest_first[3:5]]
    assert newest_first[2] in reader.seen
    assert (report.passes, report.steady) == (2, True)


async def test_a_removal_and_an_insertion_that_cancel_out_are_found_by_a_confirmed_sweep(
    world: World, newest_first: list[str]
) -> None:
    def swap() -> None:
        world.sandbox.state.plentific.invoices.remove(newest_first[0])
        world.add_invoice(created=world.ago(days=1))

    hasty, careful = Reader(world, {1: swap}), Reader(world)
    report = await hasty.sweep()
    assert (report.passes, report.steady) == (1, True)
    assert newest_first[2] not in hasty.seen  # the numbers add up, and yet it is missing

    newest_first[:] = world.sandbox.state.plentific.invoices.listing()
    careful = Reader(world, {1: swap})
    report = await careful.sweep(confirm=True)
    assert newest_first[2] in careful.seen
    assert (report.passes, report.steady) == (3, True)


async def test_a_listing_that_never_holds_still_is_given_up(
    world: World, newest_first: list[str]
) -> None:
    reader = Reader(world, dict.fromkeys(range(1, 100), world.add_invoice))

    report = await reader.sweep()

    assert (report.passes, report.steady) == (sweeps.MAX_PASSES, False)
    assert set(newest_first) <= set(reader.seen)


async def test_a_page_that_cannot_be_read_ends_the_sweep_with_what_it_had(
    world: World, newest_first: list[str]
) -> None:
    world.sandbox.state.faults.add("status", operation="list_invoices", skip=1, status=500)
    reader = Reader(world)

    with pytest.raises(Transient):
        await reader.sweep()

    assert reader.seen == newest_first[:2]


async def test_a_window_reads_the_rows_that_match_once(world: World) -> None:
    old = world.add_invoice(created=world.ago(days=9))
    new = world.add_invoice()
    reader = Reader(world)
    day = (world.clock.now() - timedelta(days=2)).date()

    report = await window(reader.stream, reader.client, {"created_from": day}, reader.observe)

    assert old not in reader.seen
    assert reader.seen == [new]
    assert (report.passes, report.total) == (1, 1)
