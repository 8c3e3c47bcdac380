"""Paid invoices as events, and the settings of the reaction that recharges them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from events.envelope import Event
from events.plentific import InvoiceData, InvoiceItem
from tests.events import samples
from workers.react.reaction import Place
from workers.react.reactions.recharge_paid_invoice import Settings

ACCOUNT = "277754"
OTHER_ACCOUNT = "277755"
PROPERTY = "PROP-1"
OTHER_PROPERTY = "PROP-2"
PROPERTY_UUID = "82e03dcc-bd93-41ea-a234-db5dfe8a4617"
SETTINGS: dict[str, Any] = {
    "mode": "live",
    "from": "plentific",
    "to": "operate",
    "product": {"LABOUR": "73", "MATERIALS": "74"},
    "tax": {"0": "1", "17.5": "2", "20": "5"},
    "account": {PROPERTY: ACCOUNT, OTHER_PROPERTY: OTHER_ACCOUNT},
}
PLACE = Place("operate", None, "GBP", "Europe/London")


def settings(**changes: Any) -> Settings:
    """The reaction's table as the configuration has it; a change to None leaves a key out."""
    table = {name: value for name, value in (SETTINGS | changes).items() if value is not None}
    return Settings.model_validate(table)


def line(
    quantity: str = "1",
    unit_price: str = "55.00",
    *,
    vat: str = "20",
    kind: str | None = "LABOUR",
    recharge: Any = "1",
    amount: str | None = None,
) -> dict[str, Any]:
    """A line as the detector builds it; without an amount it adds up."""
    gross = Decimal(quantity) * Decimal(unit_price) * (1 + Decimal(vat) / 100)
    return {
        "type": kind,
        "quantity": quantity,
        "unit_price": unit_price,
        "vat_percent": vat,
        "amount_including_tax": amount or str(gross.quantize(Decimal("0.01"), ROUND_HALF_UP)),
        "resident_recharge": recharge,
        "metadata": {"resident_recharge": recharge},
    }


def items(*lines: dict[str, Any]) -> tuple[InvoiceItem, ...]:
    """The lines, numbered from 1."""
    return tuple(
        InvoiceItem.model_validate({"line": number, **one}) for number, one in enumerate(lines, 1)
    )


def paid(*lines: dict[str, Any], uuid: str = "invoice-1", key: str = "", **changes: Any) -> Event:
    """The event that an invoice of these lines (one, if none is given) was paid."""
    invoice = samples.invoice(
        **{
            "uuid": uuid,
            "items": items(*(lines or [line()])),
            "property_external_reference": PROPERTY,
            "property_uuid": PROPERTY_UUID,
            **changes,
        }
    )
    return samples.event(
        "plentific.invoice.paid",
        data=InvoiceData(invoice=invoice),
        entity_id=uuid,
        key=key or f"work order of {uuid}",
    )
