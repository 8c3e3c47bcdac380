"""Charges in the simulated essensys: written by us, entered by somebody, looked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from adapters.essensys.formats import read_wall_time
from deploy.sandbox.essensys.records import add_charge_sheet, bill, create_charge
from tests.workers.react.invoices import PLACE, paid, settings
from tests.workers.react.world import LONDON, World
from workers.react.effects.charge_sheet import (
    KIND,
    PlannedCharge,
    find,
    send,
)
from workers.react.reaction import Absent, Done, Effect, Place, Search, Unclear
from workers.react.reactions.recharge_paid_invoice import plan


def calls(*lines: dict[str, Any], **changes: Any) -> list[PlannedCharge]:
    effects = plan(paid(*lines, **changes), settings(lines="all"), PLACE)
    return [effect.call for effect in effects]


CALL = calls()[0]


async def look(
    world: World, call: PlannedCharge = CALL, *, claimed: Iterable[str] = (), ago: float = 0
) -> Done | Absent | Unclear:
    """Look for a call that was first made so many days ago."""

    async def ours(ids: set[str]) -> set[str]:
        return ids & set(claimed)

    sent_at = world.clock.now() - timedelta(days=ago)
    place = Place("operate", world.client, "GBP", "Europe/London")
    before = len(world.puts())
    found = await find(place, Search(Effect(call.effect_key, KIND, call), sent_at, ours))
    assert len(world.puts()) == before, "looking changes nothing"
    return found


async def write(world: World, call: PlannedCharge = CALL) -> str:
    place = Place("operate", world.client, "GBP", "Europe/London")
    return (await send(place, Effect(call.effect_key, KIND, call))).provider_id


def entered(world: World, call: PlannedCharge = CALL, kind: str = "", **changes: Any) -> str:
    """Somebody enters a charge with the values of a call, without a reference."""
    wire = call.put().to_wire(LONDON)
    values = {
        "accountname": call.account,
        "product": call.product,
        "tax": call.tax,
        "quantity": str(call.quantity),
        "unitprice": f"{call.unit_price:.4f}",
        "datefrom": _stored(wire["datefrom"]),
        "dateto": _stored(wire["dateto"]),
        **changes,
    }
    data, now = world.sandbox.state.essensys, world.clock.now()
    made = create_charge(data, kind, values, now) if kind else add_charge_sheet(data, values, now)
    return str(made["chargesheetid"])


def _stored(text: str) -> str:
    return f"{read_wall_time(text, LONDON).replace(tzinfo=None):%Y-%m-%dT%H:%M:%S}"


def bill_all(world: World, *, keep: bool) -> None:
    data = world.sandbox.state.essensys
    bill(data, [one["chargesheetid"] for one in world.sheets()], world.clock.now(), keep=keep)
