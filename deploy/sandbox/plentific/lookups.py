"""What every simulated Plentific has from the start and no operation makes: a fictional tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from deploy.sandbox.collection import Record
from deploy.sandbox.plentific.identity import ORGANISATION_UUID, uuid_of

BEGINNING = datetime(2021, 10, 28, tzinfo=UTC)  # the day of the API's version
SECOND_ORGANISATION_UUID = uuid_of("organisation/second")

# The services of each category; one service can belong to several categories.
SERVICES: Mapping[str, Sequence[str]] = {
    "Plumber": ("Plumbing", "Leak Detection"),
    "Electrician": ("Electrical Repair", "Fire Alarm Inspection"),
    "Fire Safety": ("Fire Alarm Inspection",),
}
# The faults of each fault category, with the service that mends them.
FAULTS: Mapping[str, Mapping[str, str]] = {
    "Plumber": {"Dripping tap": "Plumbing", "Hidden leak": "Leak Detection"},
    "Electrician": {"Dead socket": "Electrical Repair"},
}


def fixed() -> Mapping[str, list[Record]]:
    """The records by kind."""
    return {
        "organisations": [
            _organisation("Fictional Estates LLP", ORGANISATION_UUID),
            _organisation("Sample Homes Ltd", SECOND_ORGANISATION_UUID),
        ],
        "categories": [_category(name) for name in SERVICES],
        "services": [_service(name) for name in sorted(_service_names())],
        "fault_categories": [_fault_category(name) for name in FAULTS],
        "roles": [_named("role", name) for name in ("Administrator", "Agent")],
        "contractors": [
            {"name": "Example Plumbing and Sons", "uuid": uuid_of("contractor/plumbing")},
            {"name": "Sample Electrics Ltd", "uuid": uuid_of("contractor/electrics")},
        ],
        "reports": [_report("accrual"), _report("agent-invoices")],
    }


def _service_names() -> set[str]:
    return {name for names in SERVICES.values() for name in names}


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def _named(kind: str, name: str) -> Record:
    return {"name": name, "uuid": uuid_of(f"{kind}/{_slug(name)}")}


def _category(name: str) -> Record:
    slug = _slug(name)
    named = _named("category", name)
    return {"deactivated": False, **named, "slug": slug, "url": f"/{slug}/"}


def _service(name: str) -> Record:
    categories = [_named("category", one)["uuid"] for one, has in SERVICES.items() if name in has]
    return {
        "category_uuid_list": categories,
        "deactivated": False,
        **_named("service", name),
        "slug": _slug(name),
    }


def _fault_category(name: str) -> Record:
    own = _named("fault-category", name)
    category = _named("category", name)["uuid"]
    first_service = next(iter(FAULTS[name].values()))
    return {
        "category_uuid": category,
        "children": list(_faults(name, category, own["uuid"])),
        "name": name,
        "parent_uuid": None,
        "service_uuid": _named("service", first_service)["uuid"],
        "uuid": own["uuid"],
    }


def _faults(name: str, category: str, parent: str) -> Iterator[Record]:
    for fault, service in FAULTS[name].items():
        yield {
            "category_uuid": category,
            "children": [],
            "name": fault,
            "parent_uuid": parent,
            "service_uuid": _named("service", service)["uuid"],
            "uuid": uuid_of(f"fault-category/{_slug(name)}/{_slug(fault)}"),
        }


def _report(slug: str) -> Record:
    versions = [
        {"created": f"{year}-01-15T08:00:00Z", "uuid": uuid_of(f"report/{slug}/{year}")}
        for year in (2021, 2023)  # oldest first: a run's version defaults to the oldest
    ]
    return {
        "description": f"The fictional report {slug}",
        "_slug": slug,  # in rows only
        "uuid": uuid_of(f"report/{slug}"),
        "versions": versions,
    }


def _organisation(name: str, uuid: str) -> Record:
    address = {
        "address_line_1": "8 Sample Street",
        "address_line_2": None,
        "address_zone": "Testwick",
        "city": "Testwick",
        "country": "GB",
        "postal_code": "ZZ1 1AA",
    }
    return {
        "background_check_always_required": False,
        "beneficiary_address": None,
        "call_centre_number": None,
        "contractor_tax_withholding_enabled": False,
        "disclaimer": "Everything here is fictional.",
        "finance_only_payment": False,
        "invoice_approval_threshold": 900,
        "invoice_due_period": 14,
        "legal_addresss": address,  # the document's own spelling
        "name": name,
        "quote_approval_threshold": None,
        "uuid": uuid,
    }
