"""Customers, suppliers, subcontractors and organizations of Planiso."""

from pydantic import StrictBool

from events.base import EventModel, Previous
from events.planiso.shared import OrganizationRef, Partner


class Customer(Partner):
    """Somebody whom work is done for; the flags are ISO certifications."""

    is_14001: StrictBool | None = None
    is_18001: StrictBool | None = None
    is_9001: StrictBool | None = None


class Supplier(Partner):
    """Somebody who delivers; the flags are ISO certifications."""

    is_14001: StrictBool | None = None
    is_18001: StrictBool | None = None
    is_9001: StrictBool | None = None


class Subcontractor(Partner):
    """Somebody who does a part of the work."""


class Organization(OrganizationRef):
    """A company, whatever it is to us."""

    active: StrictBool


class CustomerData(EventModel):
    """Data of every `planiso.customer.*` event."""

    customer: Customer
    previous: Previous = None


class SupplierData(EventModel):
    """Data of every `planiso.supplier.*` event."""

    supplier: Supplier
    previous: Previous = None


class SubcontractorData(EventModel):
    """Data of every `planiso.subcontractor.*` event."""

    subcontractor: Subcontractor
    previous: Previous = None


class OrganizationData(EventModel):
    """Data of every `planiso.organization.*` event."""

    organization: Organization
    previous: Previous = None
