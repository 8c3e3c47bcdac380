"""What all events of Planiso share."""

from typing import Annotated

from pydantic import Field, StrictBool

from events.base import Code, EventModel

PlanisoNo = Annotated[Code, Field(min_length=1)]
"""A record's number: number or text at Planiso, text with us."""


class OrganizationRef(EventModel):
    """The organization that a customer, supplier or subcontractor is."""

    no: PlanisoNo
    aff_number: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    phone_extension: str | None = None
    toll_free: str | None = None
    fax: str | None = None
    address: str | None = None
    city: str | None = None
    province: str | None = None
    postal_code: str | None = None
    country: str | None = None
    website: str | None = None
    active: StrictBool | None = None


class Partner(EventModel):
    """What Planiso knows of a customer, a supplier and a subcontractor alike."""

    no: PlanisoNo
    aff_number: str | None = None
    custom_no: str | None = None
    active: StrictBool
    organization: OrganizationRef | None = None
