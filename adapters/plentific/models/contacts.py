"""The contacts of a work order."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from adapters.http.models import Known, ProviderModel
from adapters.http.requests import EmailText, Maybe, RequestModel

ContactRole = Literal["property_manager", "tenant", "other_contact"]
WrittenContactRole = Literal["tenant", "other_contact"]
CONTACT_ROLES = Known(*get_args(ContactRole))


class Contact(ProviderModel):
    """A contact, as a list shows it too (plentific.txt: "Get work order contact detail")."""

    uuid: str
    external_reference: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    role: Annotated[str | None, CONTACT_ROLES] = None
    is_private: bool | None = None


class ContactNew(RequestModel):
    """A contact for a work order that is there (plentific.txt: "Create work order contact").

    Here, a property manager cannot be one, and an external reference cannot be given.
    """

    first_name: str
    last_name: str
    phone_number: str
    role: WrittenContactRole
    is_private: bool
    email: Maybe[EmailText] = None


class ContactChange(RequestModel):
    """A change of a contact (plentific.txt: "Patch work order contact")."""

    first_name: Maybe[str] = None
    last_name: Maybe[str] = None
    email: Maybe[EmailText] = None
    phone_number: Maybe[str] = None
    role: Maybe[WrittenContactRole] = None
    is_private: Maybe[bool] = None


class WorkOrderContactNew(RequestModel):
    """A contact that is created with its work order (plentific.txt: "Create a work order").

    `external_reference` must be said, if only as null.
    """

    external_reference: str | None
    first_name: str
    last_name: str
    phone_number: str
    role: ContactRole
    email: Maybe[EmailText] = None
    is_private: Maybe[bool] = None


class WorkOrderContactChange(RequestModel):
    """A contact in a change of its work order (plentific.txt: "Update a work order").

    `external_reference` must be said, if only as null.
    """

    external_reference: str | None
    role: ContactRole
    first_name: Maybe[str] = None
    last_name: Maybe[str] = None
    email: Maybe[EmailText] = None
    phone_number: Maybe[str] = None
    is_private: Maybe[bool] = None
