"""What Facilitee's streams have in common: people and addresses in the words of events."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from adapters.facilitee.formats import ReadTime
from adapters.facilitee.models import common, owners, property_managers
from adapters.facilitee.models.property_users import PropertyUser
from adapters.facilitee.models.service_providers import ServiceProvider, ServiceProviderRow
from events.base import format_instant, format_money, format_quantity
from events.facilitee import Address, Person, UserStatus
from workers.detect.stream import Cadence, Json

PEOPLE_AND_PLACES = Cadence(
    every=timedelta(minutes=15),
    sweep_every=timedelta(minutes=15),
    details_every=timedelta(hours=6),
)
"""Their lists can neither be filtered by change nor do they show a time: all rows, each time."""

AnyPerson = (
    owners.Owner
    | property_managers.PropertyManager
    | PropertyUser
    | ServiceProvider
    | ServiceProviderRow
)

_TIME: TypeAdapter[Any] = TypeAdapter(ReadTime)


def person(read: AnyPerson, status: str | None) -> Json:
    """Return what all people have in common; their status has another name here and there."""
    return read.model_dump(include=set(Person.model_fields)) | {
        "status": status,
        "external_reference": read.external_reference_id,
        "address": address(read.address),
    }


def address(read: common.Address | None) -> Json | None:
    """Return a postal address as events have it."""
    return read.model_dump(include=set(Address.model_fields)) if read else None


def row_person(row: Json) -> Json:
    """Return what the row of an owner or a manager says of a person, in the words of events."""
    shown = row.get("userStatus")
    status, raw = UserStatus.read(shown) if shown is not None else (None, None)
    return {
        "id": str(row["id"]),
        "name": text(row.get("name")),
        "email": text(row.get("email")),
        "company_name": text(row.get("companyName")),
        "country_code": text(row.get("countryCode")),
        "phone_number": text(row.get("phoneNumber")),
        "status": status and status.value,
        "status_raw": raw,
        "external_reference": text(row.get("externalReferenceId")),
    }


def row_address(shown: Any) -> Json | None:
    """Return the address of a row in the words of events; what is no address is none."""
    if not isinstance(shown, dict):
        return None
    return {
        "street": text(shown.get("street")),
        "street_number": text(shown.get("streetNumber")),
        "post_code": text(shown.get("postCode")),
        "city": text(shown.get("city")),
        "country": text(shown.get("country")),
    }


def text(shown: Any) -> str | None:
    """Return a row's text or number as text."""
    return None if shown is None else str(shown)


def amount(shown: Any) -> str | None:
    """Return a row's amount as events write it; what is no number stays as it is, as text."""
    return format_money(_decimal(shown)) if _is_number(shown) else text(shown)


def quantity(shown: Any) -> str | None:
    """Return a row's number as events write it; what is no number stays as it is, as text."""
    return format_quantity(_decimal(shown)) if _is_number(shown) else text(shown)


def _is_number(shown: Any) -> bool:
    return isinstance(shown, int | float | Decimal) and not isinstance(shown, bool)


def _decimal(shown: Any) -> Decimal:
    return Decimal(str(shown))  # by its digits: a float's own value has more of them


def instant(shown: Any) -> str | None:
    """Return a row's time as events write it; what is no time is none."""
    try:
        read = _TIME.validate_python(shown)
        return format_instant(read) if read else None
    except (ValueError, OverflowError):  # a time at the edge of the calendar has no UTC
        return None
