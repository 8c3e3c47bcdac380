"""The kinds of operation that Planiso's API consists of, in its way of spelling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from adapters.http.models import Detail, M
from adapters.http.operations import (
    B,
    Listing,
    Nothing,
    Operation,
    P,
    Request,
    Sending,
    Style,
    detail_of,
    nothing,
)
from adapters.planiso.formats import form_fields
from adapters.planiso.paging import PAGING, data_of

STYLE: Final = Style(encoding="form", fields=form_fields, content=data_of)


def listing(path: str, row: type[M]) -> Listing[[], M]:
    """All records of a kind, deactivated ones too."""
    return Listing(Request("GET", path, STYLE, "json"), Nothing, row, PAGING, "no")


def reading(path: str, params: Callable[P, object], model: type[M]) -> Operation[P, Detail[M]]:
    """One record in full."""
    return Operation(Request("GET", path, STYLE), params, detail_of(model, STYLE))


def creating(path: str, body: type[B], model: type[M]) -> Sending[B, [], Detail[M]]:
    """A new record, answered with its number."""
    return Sending(Request("POST", path, STYLE), body, Nothing, detail_of(model, STYLE))


def changing(
    path: str, params: Callable[P, object], body: type[B], model: type[M]
) -> Sending[B, P, Detail[M]]:
    """A change of what the body names, answered with what was changed and the number."""
    return Sending(Request("PUT", path, STYLE), body, params, detail_of(model, STYLE))


def deactivating(path: str, params: Callable[P, object]) -> Operation[P, None]:
    """A deactivation, for which Planiso has DELETE; no way back is documented."""
    return Operation(Request("DELETE", path, STYLE), params, nothing)
