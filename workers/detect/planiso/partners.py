"""The customers, suppliers, subcontractors and organizations of Planiso.

An organization is a record of its own and a part of others: one edit of it changes all of them.
"""

from __future__ import annotations

from adapters.planiso.models import customers, organizations, subcontractors, suppliers
from events.planiso import (
    Customer,
    Organization,
    OrganizationRef,
    Partner,
    Subcontractor,
    Supplier,
)
from workers.detect.planiso.records import records
from workers.detect.stream import Json

CERTIFICATIONS = {"is_14001", "is_18001", "is_9001"}


def organization(read: organizations.Organization) -> Json:
    """Return an organization as events have it."""
    return read.model_dump(include=set(OrganizationRef.model_fields))


def certified_partner(read: customers.Customer | suppliers.Supplier) -> Json:
    """Return a customer or supplier as events have it."""
    return partner(read) | read.model_dump(include=CERTIFICATIONS)


def partner(
    read: customers.Customer | suppliers.Supplier | subcontractors.Subcontractor,
) -> Json:
    """Return what customers, suppliers and subcontractors have in common, as events have it."""
    return read.model_dump(include=set(Partner.model_fields)) | {
        "organization": organization(read.organization) if read.organization else None
    }


CUSTOMERS = records(
    "customers",
    "customer",
    lambda client: client.list_customers(),
    customers.Customer,
    Customer,
    certified_partner,
)

SUPPLIERS = records(
    "suppliers",
    "supplier",
    lambda client: client.list_suppliers(),
    suppliers.Supplier,
    Supplier,
    certified_partner,
)

SUBCONTRACTORS = records(
    "subcontractors",
    "subcontractor",
    lambda client: client.list_subcontractors(),
    subcontractors.Subcontractor,
    Subcontractor,
    partner,
)

ORGANIZATIONS = records(
    "organizations",
    "organization",
    lambda client: client.list_organizations(),
    organizations.Organization,
    Organization,
    organization,
)
