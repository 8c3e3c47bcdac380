"""Invoices of the simulated Plentific: made with sums that add up, paid, shown as a list row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.plentific.data import ORGANISATION_UUID, PlentificData, property_of, uuid_of
from deploy.sandbox.plentific.formats import amount, instant, number, zulu, zulu_micro
from deploy.sandbox.plentific.webhooks import CREATED_EVENTS, STATUS_EVENTS

FIRST_NUMBER = 211706
DUE_AFTER = timedelta(days=14)
PENNY = Decimal("0.01")
DEFAULT_ITEM: Mapping[str, Any] = {
    "type": "LABOUR",
    "description": "Repair by the hour",
    "quantity": 1,
    "unit_price": 50,
    "vat": 20,
}


def row(_data: PlentificData, invoice: Record) -> Record:
    """What a list row spells otherwise than the details: ids at the top, times to the second."""
    paid_on = invoice["paid_on"]
    return {
        "created": zulu(instant(invoice["created"])),
        "organisation_uuid": organisation_of(invoice),
        "paid_on": zulu(instant(paid_on)) if paid_on else None,
        "property_uuid": invoice["job_address"]["property_uuid"],
        "work_order_uuid": invoice["work_order"]["uuid"],
    }


def organisation_of(invoice: Record) -> str:
    """The organisation that pays an invoice."""
    uuid: str = invoice["recipient"]["billing_address"]["organisation_uuid"]
    return uuid


def create_invoice(data: PlentificData, now: datetime, fields: Mapping[str, Any]) -> Record:
    """Make an invoice; `fields` replace keys of the documented detail body.

    `items` need only type, description, quantity, unit_price, vat (percent) and perhaps
    metadata; amounts and totals are computed, except those that `fields` gives itself.
    `work_order_uuid` ties it to a work order, else `property_external_reference` says where it
    belongs; `created` is RFC 3339, default now; with status "paid" it is paid at `paid_on`,
    default now.

    Raises:
        LookupError: no such work order.
        ValueError: a time or number that cannot be read, a uuid that exists already.
    """
    fields = dict(fields)
    count = data.next_number("invoice", FIRST_NUMBER)
    created = instant(fields.pop("created")) if "created" in fields else now
    order = _work_order(data, fields.pop("work_order_uuid", None))
    paid_on = fields.pop("paid_on", None)
    place = property_of(data, fields.pop("property_external_reference", None))
    invoice = _blank(count, created, order, order["property"] if order else place)
    invoice.update(_sums(fields.pop("items", [DEFAULT_ITEM])))
    invoice["outstanding_amount"] = invoice["total_including_tax"]
    paid = fields.get("status") == "paid"
    if paid:
        fields["status"] = "outstanding"
    invoice.update(fields)
    invoice["pdf_url"] = f"/invoices/{invoice['uuid']}/pdf"
    data.invoices.add(invoice["uuid"], created, invoice)
    if order is not None:
        order["invoice_uuid"] = invoice["uuid"]
    data.tell(CREATED_EVENTS["invoices"], now, about(invoice))
    if paid:
        pay_invoice(data, invoice["uuid"], now, instant(paid_on) if paid_on else None)
    return invoice


def pay_invoice(
    data: PlentificData, uuid: str, now: datetime, at: datetime | None = None
) -> Record:
    """Mark an invoice paid, at `at`, default now: paid_on, status, nothing outstanding.

    Raises:
        LookupError: no such invoice.
        ValueError: it is paid already.
    """
    invoice = _existing(data, uuid)
    if invoice["status"] == "paid":
        raise ValueError(f"invoice {uuid} is paid already")
    invoice.update(status="paid", paid_on=zulu_micro(at or now), outstanding_amount=0)
    data.tell(STATUS_EVENTS["invoices"]["paid"], now, about(invoice))
    return invoice


def change_invoice(
    data: PlentificData, uuid: str, now: datetime, changes: Mapping[str, Any]
) -> Record:
    """Replace keys of the detail body; `items` compute the sums anew, status "paid" pays.

    Raises:
        LookupError: no such invoice.
        ValueError: a time or number that cannot be read.
    """
    changes = dict(changes)
    invoice = _existing(data, uuid)
    before = invoice["status"]
    if "items" in changes:
        invoice.update(_sums(changes.pop("items")))
        if invoice["status"] != "paid":
            invoice["outstanding_amount"] = invoice["total_including_tax"]
    if changes.get("status") == "paid" and invoice["status"] != "paid":
        del changes["status"]
        paid_on = changes.pop("paid_on", None)
        pay_invoice(data, uuid, now, instant(paid_on) if paid_on else None)
    invoice.update(changes)
    if changes.get("status", before) != before:
        data.tell(STATUS_EVENTS["invoices"].get(changes["status"]), now, about(invoice))
    return invoice


def about(invoice: Record) -> Record:
    """What subscriptions are told of an invoice."""
    return {"uuid": invoice["uuid"], "work_order_uuid": invoice["work_order"]["uuid"]}


def _existing(data: PlentificData, uuid: str) -> Record:
    invoice = data.invoices.get(uuid)
    if invoice is None:
        raise LookupError(f"no invoice {uuid}")
    return invoice


def _work_order(data: PlentificData, uuid: str | None) -> Record | None:
    if uuid is None:
        return None
    order = data.work_orders.get(uuid)
    if order is None:
        raise LookupError(f"no work order {uuid}")
    return order


def _sums(lines: Sequence[Mapping[str, Any]]) -> Record:
    items, total, total_net = [], Decimal(0), Decimal(0)
    for line in lines:
        quantity, price, vat = (amount(line[key]) for key in ("quantity", "unit_price", "vat"))
        net = (quantity * price).quantize(PENNY, ROUND_HALF_UP)
        gross = (net * (1 + vat / 100)).quantize(PENNY, ROUND_HALF_UP)
        total, total_net = total + gross, total_net + net
        item = {
            "amount_including_tax": number(gross),
            "description": line["description"],
            "metadata": {"account_code": "8000", "resident_recharge": "1"},
            "quantity": number(quantity),
            "type": line["type"],
            "unit_price": number(price),
            "vat": number(vat),
        }
        known = ("quantity", "unit_price", "vat")
        items.append(item | {key: value for key, value in line.items() if key not in known})
    return {
        "items": items,
        "total_excluding_tax": number(total_net),
        "total_including_tax": number(total),
        "total_tax": number(total - total_net),
    }


def _address(line: str) -> Record:
    return {
        "address_line_1": line,
        "address_line_2": None,
        "address_zone": "Testwick",
        "city": "Testwick",
        "country": "UK",
        "postal_code": "ZZ1 1AA",
    }


def _parties() -> Record:
    landlord = {"address": _address("8 Sample Street"), "name": "Fictional Estates LLP"}
    billing = {**landlord, "organisation_uuid": ORGANISATION_UUID}
    sender_address = dict.fromkeys(
        ("address_line_1", "address_line_2", "address_zone", "city", "postal_code")
    )
    return {
        "recipient": {"beneficiary": landlord, "billing_address": billing},
        "sender": {
            "address": sender_address,
            "company_registration_number": 42798,
            "contractor_wallet_id": "567483",
            "name": "Example Plumbing and Sons",
            "tax_number": None,
        },
    }


def _blank(count: int, created: datetime, order: Record | None, place: Record) -> Record:
    uuid = uuid_of(f"invoice/{count}")
    tie = {key: order[key] if order else None for key in ("external_reference", "uuid")}
    return {
        "account_code": 23100,
        "approval_completion_date": zulu(created),
        "created": zulu_micro(created),
        "due_date": (created + DUE_AFTER).date().isoformat(),
        "external_reference": None,
        "id": str(count),
        "invoice_type": "job_invoice",
        "items": [],
        "job_address": {
            "address": _address("72 Fictional Road"),
            "external_reference": place["external_reference"],
            "property_uuid": place["uuid"],
        },
        "outstanding_amount": 0,
        "paid_on": None,
        "payment_reference": f"SANDBOX-{count}",
        "pdf_url": f"/invoices/{uuid}/pdf",
        **_parties(),
        "service_date": zulu(created),
        "status": "outstanding",
        "tax_withheld": None,
        "total_excluding_tax": 0,
        "total_including_tax": 0,
        "total_tax": 0,
        "uuid": uuid,
        "work_order": tie,
    }
