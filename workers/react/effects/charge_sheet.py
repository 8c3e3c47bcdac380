"""The effect "charge sheet": written to essensys, and found there again after a lost answer.

essensys has no idempotency key, and its document does not show the reference text of a charge sheet
in a read. So a charge is looked for in every place where its reference may be readable, and then by
its values (each line of an invoice ends at a minute of its own). Where equal charges cannot be told
apart, a person decides. What remains: a call that takes effect later than the settling time after
its answer was lost, and a person who enters the very same charge by hand, without a reference, in
between.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import date, timedelta, tzinfo
from decimal import Decimal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from adapters.essensys.client import EssensysClient
from adapters.essensys.formats import same_minute
from adapters.essensys.models.charges import ChargeSheet, ChargeSheetPut
from adapters.essensys.queries import at_least, equals
from events.essensys import ChargeSheet as ChargeSheetState
from events.essensys import ChargeSheetData
from workers.react.reaction import (
    Absent,
    Done,
    Effect,
    EffectKind,
    Json,
    Outcome,
    Place,
    Search,
    Unclear,
)

STAMP = re.compile(r"\(([0-9a-f]{10})\)")
PENNY = Decimal("0.01")
OVERLAP = timedelta(days=1)
"""essensys filters by whole days of a zone it does not name: look a day further back."""


class PlannedCharge(BaseModel):
    """A charge sheet to write, and which line of which invoice it is for.

    `unit_price` is in `currency` and before tax. Times are aware.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    effect_key: str
    invoice_uuid: str
    line: int
    account: str
    product: str
    tax: str
    quantity: Decimal
    unit_price: Decimal
    currency: str
    date_from: AwareDatetime
    date_to: AwareDatetime
    reference: str

    def put(self) -> ChargeSheetPut:
        """Return the record as essensys takes it.

        Raises:
            Unsendable: The document forbids one of the values.
        """
        return ChargeSheetPut(**self.model_dump(exclude={"effect_key", "invoice_uuid", "line"}))


async def send(place: Place, effect: Effect) -> Done:
    """Write the charge sheet.

    Raises:
        ProviderError: As in adapters.http.errors; Ambiguous when it may have been written.
    """
    client: EssensysClient = place.client
    call: PlannedCharge = effect.call
    answer = await client.charge_sheets.put([call.put()])
    return Done(provider_id=answer.ids[0], found_by="answer", response={"ids": list(answer.ids)})


async def find(place: Place, search: Search) -> Done | Absent | Unclear:
    """Look for a charge sheet that an earlier attempt may have written."""
    client: EssensysClient = place.client
    call: PlannedCharge = search.effect.call
    since = search.sent_at.date() - OVERLAP
    # Before the references: whatever is in this list has its reference in theirs.
    alike = {
        sheet.charge_sheet_id
        async for sheet in _charge_sheets(client, call.account, since)
        if same_charge(sheet, call, client.time_zone)
    }
    mine, references = stamp_of(call.reference), defaultdict(set)
    async for charge_id, reference in _references(client, call.account, since):
        if mine is not None and stamp_of(reference) == mine:
            return Done(charge_id, "reference", {"found_in": "charges"})
        references[charge_id].add(reference)
    billed = await _billed(client, call.reference)
    if billed is not None:
        return billed
    alike -= await search.claimed(alike)
    # an equal charge that carries another stamp of ours is another line's, and only such a one
    alike = {one for one in alike if not any(stamp_of(text) for text in references[one])}
    if not alike:
        return Absent()
    if len(alike) == 1 and not references[min(alike)]:
        return Done(alike.pop(), "value", {"found_in": "charge sheets"})
    return Unclear(
        f"charge sheets {', '.join(sorted(alike))} in {place.connection} equal the one that may "
        f"have been written for {search.effect.key}: delete it, or put its reference "
        f"{call.reference!r} on it, then retry"
    )


def stamp_of(reference: str) -> str | None:
    """Return the ten digits by which a reference of ours is known, whatever was written around."""
    found = STAMP.search(reference)
    return found[1] if found else None


async def _references(
    client: EssensysClient, account: str, since: date
) -> AsyncIterator[tuple[str, str]]:
    """Yield the id and reference of every charge of the account that shows one."""
    async for charge in client.current_charges.query(
        equals("account", account) & at_least("creationdate", since)
    ):
        if charge.reference:
            yield charge.current_charge_id, charge.reference
    for resource in (client.charge_sheets, client.batch_charge_sheets, client.booking_charges):
        async for sheet in resource.query(
            equals("accountname", account) & at_least("creationdate", since)
        ):
            if sheet.reference:
                yield sheet.charge_sheet_id, sheet.reference


async def _billed(client: EssensysClient, reference: str) -> Done | None:
    """Look among the invoice lines, where a charge goes when it is billed."""
    async for line in client.invoice_lines.query(equals("referencetext", reference)):
        if line.reference == reference:
            found = line.draft_invoice_line_id
            return Done(f"invoiceline/{found}", "reference", {"found_in": "invoice lines"})
    return None


def _charge_sheets(client: EssensysClient, account: str, since: date) -> AsyncIterator[ChargeSheet]:
    return client.charge_sheets.query(
        equals("accountname", account) & at_least("creationdate", since)
    )


def same_charge(sheet: ChargeSheet, call: PlannedCharge, zone: tzinfo) -> bool:
    """Tell whether a charge sheet has the very values of a call, times to the minute."""
    return (
        sheet.account == call.account
        and sheet.product == call.product
        and sheet.tax == call.tax
        and sheet.quantity == call.quantity
        and sheet.unit_price == call.unit_price
        and sheet.date_from is not None
        and same_minute(call.date_from, sheet.date_from, zone)
        and sheet.date_to is not None
        and same_minute(call.date_to, sheet.date_to, zone)
    )


def request(call: PlannedCharge) -> Json:
    """Return the call as JSON for the ledger."""
    return call.model_dump(mode="json")


def restore(recorded: Json) -> PlannedCharge:
    """Return the call from the ledger's JSON."""
    return PlannedCharge.model_validate(recorded)


def outcome(place: Place, call: PlannedCharge, done: Done) -> Outcome:
    """Return the event `essensys.charge_sheet.created`."""
    planned = call.model_dump(exclude={"invoice_uuid"})
    state = ChargeSheetState(
        **planned,
        charge_sheet_id=done.provider_id,
        net_amount=(call.quantity * call.unit_price).quantize(PENNY),
        source_invoice_uuid=call.invoice_uuid,
    )
    return Outcome("essensys.charge_sheet.created", ChargeSheetData(charge_sheet=state))


KIND = EffectKind(
    name="charge sheet",
    send=send,
    find=find,
    request=request,
    restore=restore,
    outcome=outcome,
)
