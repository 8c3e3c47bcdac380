"""recharge-paid-invoice: a paid Plentific invoice becomes charge sheets in essensys Operate.

One charge sheet per line that is to be recharged: the lines that carry `resident_recharge`, or all
lines. The account follows from the property, the product from the line's type, the tax from its VAT
rate; each is looked up in the configuration, and a missing entry blocks the reaction with the line
to add. What is charged is exactly what the line says before tax.
"""

from __future__ import annotations

from datetime import datetime, timedelta
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

NAME = "recharge-paid-invoice"
PENNY = Decimal("0.01")


def _plain_decimal(key: str) -> str:
    return format(Decimal(key).normalize(), "f")


def _by_rate(value: Any) -> Any:
    # "20", "20.0" and "20.00" are one rate
    if not isinstance(value, dict):
        return value
    try:
        return {_plain_decimal(str(rate)): tax for rate, tax in value.items()}
    except ArithmeticError:
        raise ValueError('keys are VAT rates in percent, such as "20" or "17.5"') from None


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


def plan(event: Event, settings: Settings, place: Place) -> list[Effect]:
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
    start = _charged_at(event, invoice, place.timezone)
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
        date_from=start,
        date_to=start + timedelta(minutes=item.line),
        reference=reference(invoice, item, key),
    )
    charge.put()  # what essensys forbids is refused before anything is sent
    return Effect(key=key, kind=charge_sheet.KIND, call=charge)


def _is_nothing(item: InvoiceItem) -> bool:
    return item.amount_including_tax == 0 and item.quantity * item.unit_price == 0


def effect_key(connection: str, invoice_uuid: str, line: int) -> str:
    """Return the business key of a line's charge: the source connection, its invoice, its line."""
    return f"charge-sheet/{connection}/{invoice_uuid}/{line}"


def reference(invoice: Invoice, item: InvoiceItem, key: str) -> str:
    """Return the text printed on the essensys invoice; its end finds the charge sheet again."""
    stamp = blake2b(key.encode(), digest_size=5).hexdigest()
    return f"Repair invoice {invoice.number or invoice.uuid} line {item.line} ({stamp})"


def price(invoice: Invoice, item: InvoiceItem) -> tuple[Decimal, Decimal]:
    """Return quantity and unit price whose product is the line's amount before tax, to the penny.

    A unit price of whole pennies is kept as it is. One with fractions of a penny cannot be written
    to essensys, so the line is charged as one piece at its amount.

    Raises:
        Blocked: Quantity, unit price, VAT and the line's total contradict each other.
    """
    net = item.quantity * item.unit_price
    gross = (net * (1 + item.vat_percent / 100)).quantize(PENNY, ROUND_HALF_UP)
    if abs(gross - item.amount_including_tax) > PENNY:
        raise Blocked(
            f"invoice {invoice.number} line {item.line} does not add up: {item.quantity} × "
            f"{item.unit_price} and {item.vat_percent} % VAT make {gross}, "
            f"not {item.amount_including_tax}"
        )
    if net <= 0:
        raise Blocked(f"invoice {invoice.number} line {item.line} is not above zero: {net}")
    if item.unit_price == item.unit_price.quantize(PENNY) and net == net.quantize(PENNY):
        return item.quantity, item.unit_price.quantize(PENNY)
    return Decimal(1), net.quantize(PENNY, ROUND_HALF_UP)


def _charged_at(event: Event, invoice: Invoice, timezone: str) -> datetime:
    """The minute of payment: charges of one invoice differ in their end, a minute for each line.

    essensys may not show the reference of a charge sheet. Two equal lines of an invoice would then
    look alike; with ends of their own each can be told from the others.
    """
    paid = invoice.paid_on or event.time
    return paid.astimezone(ZoneInfo(timezone)).replace(second=0, microsecond=0)


REACTION = Reaction(
    name=NAME,
    source_provider="plentific",
    target_provider="essensys",
    event_types=frozenset({"plentific.invoice.paid"}),
    settings=Settings,
    plan=plan,
)
