"""Compares planned charges with those that essensys has, by their stamps, else by their values.

A charge may be seen in several places under one id (charge sheet, current charge), and once more
as an invoice line when it is billed. So it is there twice only if one of these shows it twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Container, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from adapters.essensys.client import EssensysClient
from adapters.essensys.models.charges import ChargeSheet
from adapters.essensys.queries import at_least
from workers.react.effects.charge_sheet import PENNY, PlannedCharge, same_charge, stamp_of
from workers.react.reconciliation import Finding

OURS = "Repair invoice "
"""The beginning of every reference of ours."""
EVER = date(2000, 1, 1)


@dataclass
class Held:
    """What essensys has: charges and invoice lines by the stamps of their references.

    `nets` are the amounts of charges, by their ids; `unstamped` are sheets that show no reference.
    """

    charges: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    lines: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    texts: dict[str, str] = field(default_factory=dict)
    nets: dict[str, Decimal] = field(default_factory=dict)
    unstamped: dict[str, ChargeSheet] = field(default_factory=dict)


async def held(client: EssensysClient, since: date | None) -> Held:
    """Read all charges and invoice lines made since a day."""
    found = Held()
    lately = at_least("creationdate", since or EVER)
    referenced: set[str] = set()
    async for one, reference, net in _charges(client, since or EVER):
        if net is not None:
            found.nets[one] = net
        if reference:
            referenced.add(one)
        if stamp := _note(found, reference):
            found.charges[stamp].add(one)
    async for sheet in client.charge_sheets.query(lately):
        if sheet.charge_sheet_id not in referenced:
            found.unstamped[sheet.charge_sheet_id] = sheet
    async for line in client.invoice_lines.query(lately):
        if stamp := _note(found, line.reference):
            found.lines[stamp].add(line.draft_invoice_line_id)
    return found


def _note(found: Held, reference: str | None) -> str | None:
    stamp = stamp_of(reference) if reference and reference.startswith(OURS) else None
    if stamp and reference:
        found.texts[stamp] = reference
    return stamp


async def _charges(
    client: EssensysClient, since: date
) -> AsyncIterator[tuple[str, str | None, Decimal | None]]:
    """The id, reference and net amount of each charge, wherever it is shown."""
    lately = at_least("creationdate", since)
    for resource in (client.charge_sheets, client.batch_charge_sheets, client.booking_charges):
        async for sheet in resource.query(lately):
            yield sheet.charge_sheet_id, sheet.reference, _net(sheet.quantity, sheet.unit_price)
    async for charge in client.current_charges.query(lately):
        yield charge.current_charge_id, charge.reference, _net(charge.quantity, charge.unit_price)


def _net(quantity: Decimal | None, unit_price: Decimal | None) -> Decimal | None:
    if quantity is None or unit_price is None:
        return None
    return (quantity * unit_price).quantize(PENNY)


def compare(
    planned: Sequence[PlannedCharge], there: Held, client: EssensysClient, explained: Container[str]
) -> Iterator[Finding]:
    """Yield what is wrong; `explained` are stamps of charges that are not to be compared."""
    by_value = _by_value(planned, there, client)
    wanted = set()
    for call in planned:
        stamp = stamp_of(call.reference) or ""
        wanted.add(stamp)
        charges = sorted(there.charges.get(stamp, set())) + by_value[call.effect_key]
        yield from _judge(call, charges, sorted(there.lines.get(stamp, set())), there)
    for stamp in sorted(there.texts.keys() - wanted):
        if stamp not in explained:
            ids = sorted(there.charges.get(stamp, set())) + sorted(there.lines.get(stamp, set()))
            yield Finding("orphan", there.texts[stamp], ids, "no paid invoice asks for it")


def _by_value(
    planned: Sequence[PlannedCharge], there: Held, client: EssensysClient
) -> dict[str, list[str]]:
    """Sheets without a reference by the key of the planned charge that they equal.

    Each charge that is not found otherwise gets one of its equals; what is left over is one too
    many of the first of them.
    """
    found: dict[str, list[str]] = {call.effect_key: [] for call in planned}
    left = dict(there.unstamped)
    by_price: defaultdict[tuple[Any, ...], list[str]] = defaultdict(list)
    for one, sheet in left.items():
        by_price[sheet.account, sheet.product, sheet.quantity, sheet.unit_price].append(one)
    equals = {
        call.effect_key: [
            one
            for one in by_price[call.account, call.product, call.quantity, call.unit_price]
            if same_charge(left[one], call, client.time_zone)
        ]
        for call in planned
    }
    for call in planned:
        stamp = stamp_of(call.reference) or ""
        if stamp not in there.charges and stamp not in there.lines:
            mine = next((one for one in equals[call.effect_key] if one in left), None)
            if mine is not None:
                found[call.effect_key].append(mine)
                del left[mine]
    for key, alike in equals.items():
        found[key] += [one for one in alike if left.pop(one, None)]
    return found


def _judge(
    call: PlannedCharge, charges: list[str], lines: list[str], there: Held
) -> Iterator[Finding]:
    key, net = call.effect_key, (call.quantity * call.unit_price).quantize(PENNY)
    if not charges and not lines:
        yield Finding("missing", key, (), f"no charge of {net} {call.currency}")
    if len(charges) > 1 or len(lines) > 1:
        twice = charges if len(charges) > 1 else lines
        yield Finding("double", key, twice, f"{len(twice)} charges for one line")
    for one in charges:
        if one in there.nets and there.nets[one] != net:
            said = f"charged {there.nets[one]}, not {net} {call.currency}"
            yield Finding("different", key, (one,), said)
