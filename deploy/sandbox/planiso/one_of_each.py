"""At least one record of every resource, so that every operation of Planiso can succeed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deploy.sandbox.planiso import resources
from deploy.sandbox.planiso.records import add
from deploy.sandbox.planiso.resources import Resource
from deploy.sandbox.state import SandboxState

INLINE: Mapping[str, str] = {
    "organization_adress": "1 Example Road",
    "organization_city": "Exampleton",
    "organization_province": "QC",
    "organization_country": "Canada",
    "organization_phone": "514-555-0100",
    "organization_email": "office@example.com",
}
RECORDS: tuple[tuple[Resource, Mapping[str, Any]], ...] = (
    (
        resources.USER,
        {
            "custom_no": "EX-U1",
            "username": "pexample",
            "fullname": "Pat Example",
            "email": "pat@example.com",
            "hired_date": "2024-01-01",
        },
    ),
    (
        resources.CUSTOMER,
        {"custom_no": "EX-C1", "organization_name": "Example Customer Inc.", **INLINE},
    ),
    (
        resources.SUPPLIER,
        {"custom_no": "EX-S1", "organization_name": "Example Supplier Inc.", **INLINE},
    ),
    (
        resources.SUBCONTRACTOR,
        {"custom_no": "EX-T1", "organization_name": "Example Trades Inc.", **INLINE},
    ),
    (resources.ORGANIZATION, {"name": "Example Organization Inc.", "adress": "2 Example Road"}),
    (
        resources.PROJECT,
        {
            "custom_no": "EX-P1",
            "name": "Example Project",
            "location": "Exampleton",
            "start_date": "2026-01-10",
            "end_date": "2026-12-15",
        },
    ),
    (resources.EQUIPMENT_TYPE, {"type_name": "Van"}),
)
EQUIPMENT: Mapping[str, Any] = {"num_equip": "EX-E1", "year": 2023, "brand": "Example Motors"}


def one_of_each(state: SandboxState) -> dict[str, str]:
    """Make the records; gives an existing number by the name of its resource."""
    data, now = state.planiso, state.now()
    made = {resource.name: add(data, resource, values, now) for resource, values in RECORDS}
    types = [made[resources.EQUIPMENT_TYPE.name]["no"]]
    made[resources.EQUIPMENT.name] = add(
        data, resources.EQUIPMENT, {**EQUIPMENT, "type_nos": types}, now
    )
    return {name: str(record["no"]) for name, record in made.items()}
