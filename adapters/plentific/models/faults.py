"""The faults of a work order: what is to be repaired."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from adapters.http.models import Many, ProviderModel
from adapters.http.requests import Maybe, RequestModel, UuidText
from adapters.plentific.models.shared import Texts

Description = Annotated[str, Field(min_length=40, max_length=10_000)]


class FaultRow(ProviderModel):
    """A fault as a list shows it (plentific.txt: "List all faults")."""

    uuid: str
    description: str | None = None


class Fault(ProviderModel):
    """A fault in detail, without its service (plentific.txt: "Retrieve fault details")."""

    uuid: str
    description: str | None = None
    attachments: Many[str] = ()


class FaultNew(RequestModel):
    """A fault of a new work order (plentific.txt: "Create a work order").

    The service must be one of the work order's category. `attachments` are uuids of files.
    """

    service_uuid: UuidText
    description: Description
    attachments: Maybe[Texts] = None
    uuid: Maybe[UuidText] = None


class FaultChange(RequestModel):
    """A change of a fault (plentific.txt: "Update a fault").

    That the description's length is limited is said of new work orders only; it is taken to hold
    here as well.
    """

    description: Maybe[Description] = None
    attachments: Maybe[Texts] = None
