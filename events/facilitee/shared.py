"""What all events of Facilitee share."""

from typing import Annotated

from pydantic import Field

from events.base import Code, EventModel, OpenEnum

FaciliteeId = Annotated[Code, Field(min_length=1)]
"""An id: a number at Facilitee, text with us."""


class UserStatus(OpenEnum):
    """Whether somebody was invited to Facilitee's app, and has used it."""

    UNINVITED = "uninvited"
    INVITED = "invited"
    ACTIVE = "active"
    OTHER = "other"


class Address(EventModel):
    """A postal address."""

    street: str | None = None
    street_number: str | None = None
    post_code: str | None = None
    city: str | None = None
    country: str | None = None


class Person(EventModel):
    """What Facilitee knows of an owner, a property user, a service provider and a manager alike."""

    id: FaciliteeId
    name: str | None = None
    email: str | None = None
    company_name: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    status: UserStatus | None = None
    status_raw: str | None = None
    external_reference: str | None = None
