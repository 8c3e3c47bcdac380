"""What Facilitee's places and people are in Plentific, under which external reference."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, TypeVar

from adapters.facilitee.models.common import Address
from adapters.facilitee.models.owners import Owner
from adapters.facilitee.models.properties import Property
from adapters.facilitee.models.property_units import PropertyUnit
from adapters.facilitee.models.property_users import PropertyUser
from adapters.http.errors import Unsendable
from adapters.plentific.models.bulk_import import (
    EstateImport,
    LandlordImport,
    PersonImport,
    PropertyImport,
    TenantImport,
)
from workers.react.reaction import Blocked

P = TypeVar("P", bound=PersonImport)


def reference(connection: str, kind: str, entity_id: int) -> str:
    """Return the external reference of what mirrors an entity: it never changes.

    Without a slash, which in an import stands between kind and reference.
    """
    return f"{connection}-{kind}-{entity_id}"


def home(user: PropertyUser) -> int | None:
    """Return the unit that a user is the tenant of, since Plentific's tenants have one property.

    Of several it is one whose main contact they are, and of those the first that there was.
    """
    units = [unit for unit in user.property_units if unit.property_unit_id is not None]
    chosen = [unit for unit in units if unit.is_main_contact] or units
    return min((unit.property_unit_id or 0 for unit in chosen), default=None)


def estate(building: Property, external_reference: str, organisation_uuid: str) -> EstateImport:
    """Return the estate that a building is.

    Raises:
        Blocked: Its address lacks what Plentific needs.
        Unsendable: A value has no form that Plentific takes.
    """
    address = _address(f"property {building.id}", building.address)
    return EstateImport(
        organisation_uuid=organisation_uuid,
        external_reference=external_reference,
        name=_joined(" ", building.name) or address["address_line_1"],
        **address,
    )


def property_(
    unit: PropertyUnit,
    building: Property | None,
    external_reference: str,
    organisation_uuid: str,
    **links: Any,
) -> PropertyImport:
    """Return the property that a unit is; `links` name the rest of the import.

    Raises:
        Blocked: Its address lacks what Plentific needs.
        Unsendable: A value has no form that Plentific takes.
    """
    floor = f"floor {unit.floor}" if unit.floor is not None else None
    kind = unit.property_unit_type.name if unit.property_unit_type else None
    address = unit.address or (building.address if building else None)
    return PropertyImport(
        organisation_uuid=organisation_uuid,
        external_reference=external_reference,
        name=_joined(" ", unit.custom_unit_id) or f"Unit {unit.id}",
        address_line_2=_joined(", ", kind, floor) or None,
        **_address(f"property unit {unit.id}", address),
        **links,
    )


def landlord(owner: Owner, external_reference: str, organisation_uuid: str) -> LandlordImport:
    """Return the landlord that an owner is."""
    address = owner.address or Address()
    optional = {
        "address_line_1": _joined(" ", address.street, address.street_number),
        "postcode": _joined(" ", address.post_code),
        "town": _joined(" ", address.city),
    }
    fields = {name: value for name, value in optional.items() if value}
    return _person(LandlordImport, owner, external_reference, organisation_uuid, **fields)


def tenant(user: PropertyUser, external_reference: str, organisation_uuid: str) -> TenantImport:
    """Return the tenant that a property user is."""
    return _person(TenantImport, user, external_reference, organisation_uuid)


def _person(
    model: type[P],
    person: Owner | PropertyUser,
    external_reference: str,
    organisation_uuid: str,
    **address: str,
) -> P:
    """Return a person; an e-mail address that Plentific could not take is left out."""
    optional = {**_names(person), "phone_number": _phone(person)}
    fields: dict[str, Any] = {
        "organisation_uuid": organisation_uuid,
        "external_reference": external_reference,
        **{name: value for name, value in optional.items() if value},
        **address,
    }
    if person.email and person.email.strip():
        with suppress(Unsendable):
            return model(**fields, email=person.email.strip())
    return model(**fields)


def _names(person: Owner | PropertyUser) -> dict[str, str]:
    """Return a name in two parts, the first word and the rest; without one, the company's."""
    words = (_joined(" ", person.name) or _joined(" ", person.company_name)).split(maxsplit=1)
    return dict(zip(("first_name", "last_name"), words, strict=False))


def _phone(person: Owner | PropertyUser) -> str:
    number = _joined("", person.phone_number)
    code = _joined("", person.country_code).removeprefix("+")
    return f"+{code}{number}" if number and code and not number.startswith("+") else number


def _address(whose: str, address: Address | None) -> dict[str, Any]:
    address = address or Address()
    needed = {"street": address.street, "post code": address.post_code}
    missing = [name for name, value in needed.items() if not _joined("", value)]
    if missing:
        raise Blocked(
            f"{whose} of Facilitee has no {' and no '.join(missing)}, which Plentific needs: "
            "enter it there, then retry"
        )
    parts = {
        "address_line_1": _joined(" ", address.street, address.street_number),
        "city": _joined(" ", address.city),
        "postal_code": _joined(" ", address.post_code),
    }
    return {name: value for name, value in parts.items() if value}


def _joined(between: str, *parts: str | None) -> str:
    return between.join(part.strip() for part in parts if part and part.strip())
