"""What several of Facilitee's sections have in common."""

from __future__ import annotations

from typing import Final

from adapters.facilitee.records import FaciliteeModel, FaciliteeRequest
from adapters.http.models import Known
from adapters.http.requests import Maybe

# Not invited yet, invited by e-mail, has logged in at least once. Only the application invites.
USER_STATUSES: Final = Known("Uninvited", "Invited", "Active")


class Address(FaciliteeModel):
    """An address as it is read; some come without an id."""

    id: int | None = None
    street: str | None = None
    street_number: str | None = None
    post_code: str | None = None
    city: str | None = None
    country: str | None = None
    google_place_id: str | None = None


class AddressPart(FaciliteeRequest):
    """An address of which nothing is required by itself."""

    street: Maybe[str] = None
    street_number: Maybe[str] = None
    post_code: Maybe[str] = None
    city: Maybe[str] = None
    country: Maybe[str] = None
    google_place_id: Maybe[str] = None


class Attachment(FaciliteeModel):
    """A file; `size` is without a documented unit."""

    id: int | None = None
    name: str | None = None
    url: str | None = None
    size: int | None = None
