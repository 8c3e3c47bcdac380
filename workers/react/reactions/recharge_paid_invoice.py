"""recharge-paid-invoice: a paid Plentific invoice becomes charge sheets in essensys Operate.

One charge sheet per line that is to be recharged: the lines that carry `resident_recharge`, or all
lines. What is charged is exactly what the line says before tax; an invoice that does not add up, or
is in another currency than the connection, is left to a person.

Needs:
    The account to charge follows from the property (its external reference, else its uuid), the
    product from the line's type, the tax from its VAT rate in percent. Each is looked up in the
    configuration, and a missing entry blocks the reaction with the line to add. The accounts may
    also stand in a CSV file with a header line: `account_file = "accounts.csv"`.

Example:
    [reactions.recharge-paid-invoice]
    mode = "live"
    from = "plentific"
    to = "operate"
    lines = "rechargeable"              # or "all"
    product = { LABOUR = "73", MATERIALS = "74" }
    tax = { "0" = "1", "20" = "5" }
    account = { "PROP-1" = "277754" }

Writes:
    PUT chargesheet, once a line for ever: `charge-sheet/<plentific connection>/<invoice>/<line>`.
    Its reference text names the invoice and the line, and ends with the ten digits by which it is
    found again. Told as `essensys.charge_sheet.created`.

Limits:
    essensys has no unique key. After a lost answer the charge is looked for by its reference and
    then by its values, `react.settle` (30 s) later. What remains: a call that takes effect later
    than that, and a person who enters the very same charge by hand, without a reference, in
    between. Charges that cannot be told apart are left to a person, never sent again on a guess.
    Corrections of an invoice after its payment are not carried over. `tiebeam reconcile` compares
    the amounts of charges and, once they are billed, that there is a line: essensys documents no
    price of an invoice line. A charge that is billed and there once more, unbilled, looks to it
    like one that essensys still shows after billing.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, model_validator

from events.envelope import Event
from events.plentific import Invoice, InvoiceData, InvoiceItem
from workers.react.effects import charge_sheet
from workers.react.effects.charge_sheet import PlannedCharge
from workers.react.mapping import look_up, read_table
from workers.react.reaction import Blocked, Effect, Place, Reaction, ReactionSettings
from workers.react.reactions.recharge_reconciled import reconciling

NAME = "recharge-paid-invoice"
PENNY = Decimal("0.01")
LONGEST_NUMBER = 100
"""Characters of an invoice's number that go into a reference, which may have 255 in all."""
_UNPRINTED = re.compile(r"[^\w ./#&+-]+", re.ASCII)


def _plain_decimal(key: str) -> str:
    return format(Decimal(key).normalize(), "f")


def _by_rate(value: Any) -> Any:
    # "20", "20.0" and "20.00" are one rate
    if not isinstance(value, dict):
        return value
    taxes: dict[str, Any] = {}
    for key, tax in value.items():
        try:
            rate = _plain_decimal(str(key))
        except ArithmeticError:
            rate = ""
        if not rate.replace(".", "").isdecimal():
            raise ValueError('keys are VAT rates in percent, such as "20" or "17.5"')
        if taxes.setdefault(rate, tax) != tax:
            raise ValueError(f"the VAT rate {rate} stands there twice")
    return taxes


class Settings(ReactionSettings):
    """The table `[reactions.recharge-paid-invoice]`.

    Attributes:
        lines: Which lines are charged: those marked `resident_recharge`, or all.
        product: Line type (LABOUR, MATERIALS) to essensys product id.
        tax: VAT percent to essensys tax id.
        account: Property (its external reference or uuid) to essensys account id.
        account_file: The same as a CSV file with a header line; entries above go first.
    """

    lines: Literal["rechargeable", "all"] = "rechargeable"
    product: dict[str, str]
    tax: Annotated[dict[str, str], BeforeValidator(_by_rate)]
    account: dict[str, str] = {}
    account_file: Path | None = None

    @model_validator(mode="after")
    def _with_file(self) -> Self:
        if self.account_file is not None:
            table = read_table(self.account_file) | self.account
            object.__setattr__(self, "account", table)
        if not self.account:
            raise ValueError("account or account_file is needed")
        return self


def plan(event: Event, settings: Settings, place: Place, _facts: None = None) -> list[Effect]:
    """Return one charge sheet per line to be recharged, in the order of the lines.

    Raises:
        Blocked: A mapping is missing, or the invoice does not add up.
        Unsendable: A value has no safe form in essensys.
    """
    invoice = event.data_as(InvoiceData).invoice
    if invoice.currency != place.currency:
        raise Blocked(
            f"invoice {invoice.number} is in {invoice.currency}, "
            f"connection {place.connection} in {place.currency}"
        )
    lines = [
        item
        for item in invoice.items
        if (settings.lines == "all" or item.resident_recharge is True) and not _is_nothing(item)
    ]
    return [_effect(event, invoice, item, settings, place) for item in lines]


def _effect(
    event: Event, invoice: Invoice, item: InvoiceItem, settings: Settings, place: Place
) -> Effect:
    key = effect_key(settings.source, invoice.uuid, item.line)
    quantity, unit_price = price(invoice, item)
    date_from, date_to = period(invoice.paid_on or event.time, item.line, place.timezone)
    charge = PlannedCharge(
        effect_key=key,
        invoice_uuid=invoice.uuid,
        line=item.line,
        account=look_up(
            settings.account,
            [invoice.property_external_reference, invoice.property_uuid],
            f"reactions.{NAME}.account",
        ),
        product=look_up(
            settings.product,
            [item.type_raw or item.type.value.upper()],
            f"reactions.{NAME}.product",
        ),
        tax=look_up(settings.tax, [_plain_decimal(str(item.vat_percent))], f"reactions.{NAME}.tax"),
        quantity=quantity,
        unit_price=unit_price,
        currency=invoice.currency,
        date_from=date_from,
        date_to=date_to,
        reference=reference(invoice, item, key),
    )
    charge.put()  # what essensys forbids is refused before anything is sent
    return Effect(key=key, kind=charge_sheet.KIND, call=charge)


def _is_nothing(item: InvoiceItem) -> bool:
    return _to_the_penny(item.quantity * item.unit_price) == 0 and _adds_up(item)


def _adds_up(item: InvoiceItem) -> bool:
    """Whether the line's total is its quantity, price and VAT; a penny of rounding is allowed."""
    return abs(_gross(item) - item.amount_including_tax) <= PENNY


def _gross(item: InvoiceItem) -> Decimal:
    return _to_the_penny(item.quantity * item.unit_price * (1 + item.vat_percent / 100))


def _to_the_penny(amount: Decimal) -> Decimal:
    return amount.quantize(PENNY, ROUND_HALF_UP)


def effect_key(connection: str, invoice_uuid: str, line: int) -> str:
    """Return the business key of a line's charge: the source connection, its invoice, its line."""
    return f"charge-sheet/{connection}/{invoice_uuid}/{line}"


def reference(invoice: Invoice, item: InvoiceItem, key: str) -> str:
    """Return the text printed on the essensys invoice; its end finds the charge sheet again."""
    number = _printed(invoice.number or "") or _printed(invoice.uuid)
    return f"Repair invoice {number} line {item.line} ({stamp(key)})"


def stamp(key: str) -> str:
    """Return the ten digits by which a line's charge is known."""
    return blake2b(key.encode(), digest_size=5).hexdigest()


def stamp_of_line(connection: str, invoice_uuid: str, line: int) -> str:
    """Return by what the charge of a line is known, whatever the line says."""
    return stamp(effect_key(connection, invoice_uuid, line))


def _printed(number: str) -> str:
    """Leave out what essensys cannot print or look up again (quotes, control characters)."""
    return " ".join(_UNPRINTED.sub(" ", number).split())[:LONGEST_NUMBER].rstrip()


def price(invoice: Invoice, item: InvoiceItem) -> tuple[Decimal, Decimal]:
    """Return quantity and unit price whose product is the line's amount before tax, to the penny.

    A unit price of whole pennies is kept as it is. One with fractions of a penny cannot be written
    to essensys, so the line is charged as one piece at its amount.

    Raises:
        Blocked: Quantity, unit price, VAT and the line's total contradict each other.
    """
    if not _adds_up(item):
        raise Blocked(
            f"invoice {invoice.number} line {item.line} does not add up: {item.quantity} × "
            f"{item.unit_price} and {item.vat_percent} % VAT make {_gross(item)}, "
            f"not {item.amount_including_tax}"
        )
    net = item.quantity * item.unit_price
    if net <= 0:
        raise Blocked(f"invoice {invoice.number} line {item.line} is not above zero: {net}")
    if item.unit_price == item.unit_price.quantize(PENNY) and net == net.quantize(PENNY):
        return item.quantity, item.unit_price.quantize(PENNY)
    return Decimal(1), _to_the_penny(net)


def period(paid: datetime, line: int, timezone: str) -> tuple[datetime, datetime]:
    """Return from when to when a line is charged: from the minute of payment, so many minutes long.

    essensys may not show the reference of a charge sheet. Two equal lines of an invoice would then
    look alike; with ends of their own each can be told from the others. The minutes are counted on
    the wall clock of the zone, which is what essensys is told: so the end stays behind the start in
    the night that repeats an hour too. Both are in UTC, where each instant has one spelling.
    """
    zone = ZoneInfo(timezone)
    start = paid.astimezone(zone).replace(second=0, microsecond=0)
    face = start.replace(tzinfo=None) + timedelta(minutes=line)
    end = face.replace(tzinfo=zone, fold=start.fold)
    return start.astimezone(UTC), end.astimezone(UTC)


REACTION = Reaction(
    name=NAME,
    source_provider="plentific",
    target_provider="essensys",
    event_types=frozenset({"plentific.invoice.paid"}),
    settings=Settings,
    plan=plan,
    reconcile=reconciling(plan, stamp_of_line),
)
