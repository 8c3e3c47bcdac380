"""Page drift: what a reader of pages misses or sees twice when rows move under it."""

from __future__ import annotations

import httpx
import pytest

from deploy.sandbox import Sandbox
from tests.deploy.sandbox.test_essensys import add_sheets, rows_of
from tests.deploy.sandbox.test_plentific import invoices_on


async def read_pages(api: httpx.AsyncClient, size: int = 4) -> list[str]:
    """The uuids of all invoices, page by page as a careless reader would."""
    seen: list[str] = []
    for offset in range(0, 12, size):
        headers = {"X-Pagination-Limit": str(size), "X-Pagination-Offset": str(offset)}
        rows = (await api.get("/invoices", headers=headers)).json()
        seen += [row["uuid"] for row in rows]
    return seen


@pytest.fixture
def newest_first(sandbox: Sandbox) -> list[str]:
    """The uuids of twelve invoices, the only ones."""
    for uuid in list(sandbox.state.plentific.invoices.listing()):
        sandbox.state.plentific.invoices.remove(uuid)
    return invoices_on(sandbox, 12)[::-1]


async def test_a_later_row_that_moves_to_the_front_is_missed_and_another_seen_twice(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, newest_first: list[str]
) -> None:
    sandbox.state.drift.add("plentific", "invoices", "move_later_to_front")

    seen = await read_pages(plentific_api)

    assert set(newest_first) - set(seen) == {newest_first[-1]}
    assert seen[3] == seen[4] == newest_first[3]
    assert (await read_pages(plentific_api))[0] == newest_first[-1]


async def test_a_row_removed_from_an_earlier_page_lets_another_slip_past(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, newest_first: list[str]
) -> None:
    sandbox.state.drift.add("plentific", "invoices", "remove_earlier", after_page=2)

    seen = await read_pages(plentific_api)

    assert set(newest_first) - set(seen) == {newest_first[8]}
    assert (await plentific_api.get(f"/invoices/{newest_first[0]}")).status_code == 404


async def test_a_hidden_row_can_still_be_read_by_its_id(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, newest_first: list[str]
) -> None:
    sandbox.state.drift.add("plentific", "invoices", "hide_earlier", rows=2)

    seen = await read_pages(plentific_api)

    assert set(newest_first) - set(seen) == set(newest_first[4:6])
    assert (await plentific_api.get(f"/invoices/{newest_first[0]}")).status_code == 200
    assert newest_first[0] not in await read_pages(plentific_api)


async def test_a_rule_applies_as_often_as_it_says(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, newest_first: list[str]
) -> None:
    rule = sandbox.state.drift.add("plentific", "invoices", "move_later_to_front", times=2)

    for _ in range(3):
        await read_pages(plentific_api)

    assert rule.applied == 2


async def test_essensys_lists_drift_too(essensys_api: httpx.AsyncClient, sandbox: Sandbox) -> None:
    add_sheets(sandbox, 6)
    listed = [row["chargesheetid"] for row in rows_of(await essensys_api.get("/chargesheet"))]
    sandbox.state.drift.add("essensys", "chargesheet", "move_later_to_front")

    seen = []
    for start in (1, 4, 7):
        query = f"startrecord={start}&endrecord={start + 2}"
        answer = await essensys_api.get(f"/chargesheet?{query}")
        seen += [row["chargesheetid"] for row in rows_of(answer)]

    assert set(listed) - set(seen) == {listed[-1]}
    assert seen[2] == seen[3] == listed[2]


def test_an_unknown_action_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="action must be one of"):
        sandbox.state.drift.add("plentific", "invoices", "shuffle")
