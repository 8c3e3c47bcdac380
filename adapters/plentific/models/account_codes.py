"""Account codes, which are listed and written but never read alone."""

from __future__ import annotations

from adapters.http.models import Many, ProviderModel
from adapters.http.requests import Maybe, RequestModel
from adapters.plentific.models.shared import Several, Uuids


class AccountCode(ProviderModel):
    """An account code and who uses it (plentific.txt: "List all account codes")."""

    uuid: str
    code: str | None = None
    description: str | None = None
    organisations: Many[str] = ()


class AccountCodeNew(RequestModel):
    """An account code to be created (plentific.txt: "Create an account code")."""

    code: str
    description: str
    organisations: Uuids


class AccountCodeChange(RequestModel):
    """A change of an account code (plentific.txt: "Update an account code").

    Unlike in a new one, the organisations are a list in a list: so the document's example has it,
    and its table says no more than "array".
    """

    description: Maybe[str] = None
    organisations: Maybe[Several[Uuids]] = None
