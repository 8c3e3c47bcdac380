"""Only a live reaction writes: without `mode = "live"` no write ever leaves, whatever happens."""

from __future__ import annotations

import pytest

from adapters.store import inbox, ledger
from tests.end_to_end.conftest import MakeWorld
from tests.end_to_end.told import of_type
from tests.end_to_end.world import TWO_LINES, until

pytestmark = pytest.mark.kafka


@pytest.mark.parametrize("mode", ["off", "dry-run", None], ids=["off", "dry-run", "absent"])
async def test_no_write_ever_leaves_without_live_mode(
    make_world: MakeWorld, mode: str | None
) -> None:
    world = await make_world(mode=mode)
    await world.start()
    await world.baselined()
    world.busy_day()
    await world.settled()
    await until(world.all_consumed, "all records consumed")
    events = await world.closed()

    assert len(of_type(events, "plentific.invoice.paid")) == 2
    assert of_type(events, "essensys.charge_sheet.created") == []
    assert world.truth.writes() == []
    asked = world.sandbox.state.requests.find("essensys")  # by the streams, which only read
    assert {one.method for one in asked if one.operation != "create_token"} <= {"GET"}
    async with world.store.read() as tx:
        rows = await inbox.find(tx)
        begun = await ledger.of_reaction(tx, rows[0].id) if rows else []
    assert {row.mode for row in rows} == (set() if mode == "off" else {"dry-run"})
    assert begun == []


async def test_a_dry_run_says_what_it_would_have_sent(make_world: MakeWorld) -> None:
    world = await make_world(mode=None)
    await world.start()
    await world.baselined()
    invoice = world.invoice(TWO_LINES)
    world.pay(TWO_LINES)

    async def ran() -> bool:
        async with world.store.read() as tx:
            return bool(await inbox.find(tx, states=["succeeded"]))

    await until(ran, "the dry run")
    (audit,) = of_type(await world.closed(), "tiebeam.reaction.succeeded")
    async with world.store.read() as tx:
        (row,) = await inbox.find(tx)

    assert (audit.entity["dry_run"], audit.entity["effects"]) == (True, [])
    assert row.outcome is not None
    assert [
        (one["key"], one["request"]["account"], one["request"]["unit_price"])
        for one in row.outcome["planned"]
    ] == [
        (f"charge-sheet/plentific/{invoice['uuid']}/1", "277756", "60.00"),
        (f"charge-sheet/plentific/{invoice['uuid']}/2", "277756", "12.35"),
    ]
