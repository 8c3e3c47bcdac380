"""What Planiso's events carry, after the examples in its document."""

from __future__ import annotations

from datetime import date
from typing import Any

from events.planiso import (
    Customer,
    CustomerData,
    Equipment,
    EquipmentData,
    Organization,
    OrganizationData,
    Project,
    ProjectData,
    Subcontractor,
    SubcontractorData,
    Supplier,
    SupplierData,
    User,
    UserData,
)
from tests.events.samples.shared import Samples

COMPANY: dict[str, Any] = {
    "no": "36",
    "aff_number": "PART-036",
    "name": "Central Supermarket",
    "email": "contact@example.com",
    "phone": "418-555-0123",
    "phone_extension": "101",
    "toll_free": "800-555-0134",
    "fax": "418-555-0176",
    "address": "123 Merchants Boulevard",
    "city": "Quebec",
    "province": "QC",
    "postal_code": "G1A1A1",
    "country": "Canada",
    "website": "https://example.com",
    "active": True,
}


def project(**changes: Any) -> Project:
    """A project whose end is not known."""
    fields: dict[str, Any] = {
        "no": 8,
        "aff_number": "PROJ-008",
        "custom_no": "PR-0008",
        "name": "Concert Hall Construction",
        "location": "Gatineau",
        "start_date": date(2024, 6, 15),
        "end_date": None,
        "active": True,
    }
    return Project.model_validate(fields | changes)


def partner(no: str, **changes: Any) -> dict[str, Any]:
    """What customers, suppliers and subcontractors have."""
    fields: dict[str, Any] = {
        "no": no,
        "aff_number": f"PART-{no}",
        "custom_no": f"ORG-{no}",
        "active": True,
        "organization": COMPANY,
    }
    return fields | changes


def certified(no: str, **changes: Any) -> dict[str, Any]:
    """What customers and suppliers have."""
    return partner(no, is_14001=True, is_18001=False, is_9001=True) | changes


def organization(**changes: Any) -> Organization:
    """That company by itself."""
    return Organization.model_validate(COMPANY | changes)


def user(**changes: Any) -> User:
    """An employee."""
    fields: dict[str, Any] = {
        "no": "1",
        "aff_number": "PERS-001",
        "custom_no": "",
        "username": "qmarlow",
        "full_name": "Quentin Marlow",
        "email": "quentin.marlow@example.com",
        "phone": "514-555-0101",
        "phone_extension": "101",
        "cell_phone": "514-555-0102",
        "hired_date": date(2023, 6, 1),
        "active": True,
    }
    return User.model_validate(fields | changes)


def equipment(**changes: Any) -> Equipment:
    """A van."""
    fields: dict[str, Any] = {
        "no": "2",
        "aff_number": "EQ-002",
        "equipment_number": "CAM-2023-001",
        "year": "2023",
        "brand": "Toyota",
        "model": "Hiace",
        "serial_number": "SNTOYOTA12345",
        "purchase_date": date(2023, 6, 15),
        "seller": "Toyota Dealership",
        "types": [{"no": "2", "name": "Van"}],
        "active": True,
    }
    return Equipment.model_validate(fields | changes)


def customer(**changes: Any) -> Customer:
    """A customer."""
    return Customer.model_validate(certified("20") | changes)


def supplier(**changes: Any) -> Supplier:
    """A supplier."""
    return Supplier.model_validate(certified("21") | changes)


def subcontractor(**changes: Any) -> Subcontractor:
    """A subcontractor without an organization."""
    return Subcontractor.model_validate(partner("1", organization=None) | changes)


DATA: Samples = {
    "planiso.project.created": lambda: ProjectData(project=project(), previous=None),
    "planiso.project.updated": lambda: ProjectData(
        project=project(), previous={"end_date": "2024-12-01"}
    ),
    "planiso.project.deactivated": lambda: ProjectData(
        project=project(active=False), previous={"active": True}
    ),
    "planiso.customer.created": lambda: CustomerData(customer=customer(), previous=None),
    "planiso.customer.updated": lambda: CustomerData(
        customer=customer(), previous={"is_9001": False}
    ),
    "planiso.customer.deactivated": lambda: CustomerData(
        customer=customer(active=False), previous={"active": True}
    ),
    "planiso.supplier.created": lambda: SupplierData(supplier=supplier(), previous=None),
    "planiso.supplier.updated": lambda: SupplierData(
        supplier=supplier(), previous={"custom_no": None}
    ),
    "planiso.supplier.deactivated": lambda: SupplierData(
        supplier=supplier(active=False), previous={"active": True}
    ),
    "planiso.subcontractor.created": lambda: SubcontractorData(
        subcontractor=subcontractor(), previous=None
    ),
    "planiso.subcontractor.updated": lambda: SubcontractorData(
        subcontractor=subcontractor(organization=COMPANY), previous={"organization": None}
    ),
    "planiso.subcontractor.deactivated": lambda: SubcontractorData(
        subcontractor=subcontractor(active=False), previous={"active": True}
    ),
    "planiso.organization.created": lambda: OrganizationData(
        organization=organization(), previous=None
    ),
    "planiso.organization.updated": lambda: OrganizationData(
        organization=organization(), previous={"fax": ""}
    ),
    "planiso.organization.deactivated": lambda: OrganizationData(
        organization=organization(active=False), previous={"active": True}
    ),
    "planiso.user.created": lambda: UserData(user=user(), previous=None),
    "planiso.user.updated": lambda: UserData(user=user(), previous={"cell_phone": None}),
    "planiso.user.deactivated": lambda: UserData(
        user=user(active=False), previous={"active": True}
    ),
    "planiso.equipment.created": lambda: EquipmentData(equipment=equipment(), previous=None),
    "planiso.equipment.updated": lambda: EquipmentData(
        equipment=equipment(), previous={"equipment_number": "CAM-2022-001"}
    ),
    "planiso.equipment.deactivated": lambda: EquipmentData(
        equipment=equipment(active=False), previous={"active": True}
    ),
}
