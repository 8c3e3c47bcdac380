"""What the fields and records of some resources are made of, beyond what is written into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.essensys.data import EssensysData
from deploy.sandbox.essensys.document import documented
from deploy.sandbox.essensys.fields import Read, stored
from deploy.sandbox.essensys.inputs import UNRESOLVED, plain
from deploy.sandbox.essensys.records import create_charge
from deploy.sandbox.essensys.resources.charges import client_type, product_group
from deploy.sandbox.essensys.stored import add, name_of

CONFIRMED, CANCELLED = "1", "4"  # calendar.statusname

Create = Callable[[EssensysData, Mapping[str, Any], datetime], Record]


def _or(name: str, read: Read) -> Read:
    """What was stored under the name itself, else what `read` finds."""

    def value(data: EssensysData, record: Record) -> Any:
        own = record.get(name)
        return read(data, record) if own is None else own

    return value


def _name(path: str, field: str) -> Read:
    return lambda data, record: name_of(data, path, record.get(field))


def _contact_email(data: EssensysData, record: Record) -> str | None:
    contact = data.collection("contact").get(record.get("contact") or "")
    return contact.get("emailaddress") if contact else None


def _room_name(data: EssensysData, record: Record) -> str | None:
    product = data.products.get(record.get("resource") or "")
    return product.name if product else None


def _room_group(data: EssensysData, record: Record) -> str | None:
    product = data.products.get(record.get("resource") or "")
    return product.group if product else None


def _hours(_data: EssensysData, record: Record) -> str | None:
    start, end = record.get("startdate"), record.get("enddate")
    if not start or not end:
        return None
    length = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return plain(round(Decimal(length.total_seconds()) / 3600, 2))


def _duration(data: EssensysData, record: Record) -> str | None:
    hours = _hours(data, record)
    return f"{hours} Hrs" if hours else None


def _dead(_data: EssensysData, record: Record) -> str:
    """A lead with a reason or a date for it is dead (deadlead itself cannot be written)."""
    reason = record.get("deadreason") or UNRESOLVED
    return str(bool(record.get("deaddate")) or reason != UNRESOLVED).lower()


_BOOKING: Mapping[str, Read] = {
    "id": stored("bookingid"),
    "unit_id": stored("resource"),
    "start_date": stored("startdate"),
    "end_date": stored("enddate"),
    "text": stored("bookingtitle"),
    "accountname": _name("account", "account"),
    "locationname": _name("location", "location"),
    "resourcename": _room_name,
    "productgroup": _room_group,
    "contactname": _name("contact", "contact"),
    "contactemail": _contact_email,
    "durationhours": _hours,
    "duration": _duration,
}
# What is read where nothing is stored under the name itself.
DERIVED: Mapping[str, Mapping[str, Read]] = {
    path: {name: _or(name, read) for name, read in reads.items()}
    for path, reads in {
        "calendar": _BOOKING,
        "bookingconflict": {**_BOOKING, "lead": stored("account")},
        "lead": {"deadlead": _dead},
        "transaction": {
            "accountname": _name("account", "account"),
            "paymenttypename": _name("accountsreceivablepaymenttype", "paymenttype"),
        },
    }.items()
} | {
    # Charges hold the account's id as accountname, whatever the kind.
    "meteredbatchchargesheet": {
        "account": stored("accountname"),
        "accountname": _name("account", "accountname"),
        "clienttype": client_type,
        "locationname": stored("location"),
        "productgroup": product_group,
    }
}
DEFAULTS: Mapping[tuple[str, str], str] = {
    ("calendar", "statusname"): CONFIRMED,
    ("bookingconflict", "statusname"): CONFIRMED,
    ("invoice", "status"): "5",
    ("draftinvoice", "status"): "2",
    ("draftinvoice", "invoicestatus"): "2",
}


def is_metered(_data: EssensysData, record: Record) -> bool:
    """Whether a charge is that of a metered batch."""
    return bool(record["kind"] == "meteredbatchchargesheet")


def overlaps(data: EssensysData, record: Record) -> bool:
    """Whether a booking is for a room that another one has at the same time."""
    bookings = data.collection("calendar")
    return any(
        other["bookingid"] != record["bookingid"] and _clash(record, other)
        for other in map(bookings.get, bookings.listing())
        if other is not None
    )


def _clash(one: Record, other: Record) -> bool:
    for booking in (one, other):
        if booking.get("statusname") == CANCELLED or not booking.get("resource"):
            return False
        if not booking.get("startdate") or not booking.get("enddate"):
            return False
    same_room: bool = one["resource"] == other["resource"]
    return same_room and one["startdate"] < other["enddate"] and other["startdate"] < one["enddate"]


def _make_payment(data: EssensysData, values: Mapping[str, Any], now: datetime) -> Record:
    """A payment is a transaction as well, with the same id."""
    payment = add(data, documented()["payment"], values, now)
    transaction = {
        "transactionid": payment["paymentid"],
        "transactionname": "Payment Received",
        "account": payment.get("accountname"),
        "credit": payment.get("amountpaid"),
        "date": payment.get("paymentdate"),
        "invoicenumber": payment.get("reference"),
        "paymenttype": payment.get("paymenttype"),
        "reference": payment.get("reference"),
        "status": "4",
    }
    add(data, documented()["transaction"], transaction, now)
    return payment


def _make_metered_charge(data: EssensysData, values: Mapping[str, Any], now: datetime) -> Record:
    charge = {name: value for name, value in values.items() if name != "account"}
    charge["accountname"] = values.get("account", UNRESOLVED)
    return create_charge(data, "meteredbatchchargesheet", charge, now)


MAKE: Mapping[str, Create] = {
    "payment": _make_payment,
    "meteredbatchchargesheet": _make_metered_charge,
}
SHOWS: Mapping[str, Callable[[EssensysData, Record], bool]] = {
    "bookingconflict": overlaps,
    "meteredbatchchargesheet": is_metered,
}
