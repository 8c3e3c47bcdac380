"""The kinds of operation that Plentific's API consists of, in its way of spelling."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from adapters.http.models import Detail, M
from adapters.http.operations import (
    B,
    Listing,
    Operation,
    P,
    Request,
    Sending,
    Style,
    detail_of,
    nothing,
    plain_text,
)
from adapters.plentific.paging import HeaderPaging


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        raise TypeError("Plentific filters by date, not by time: choose the day")
    return plain_text(value)


STYLE = Style(text=_text)


def listing(
    path: str, params: Callable[P, Any], row: type[M], key: str | None = "uuid"
) -> Listing[P, M]:
    """A list in pages; `params` has a `page_size`."""
    return Listing(Request("GET", path, STYLE, "json"), params, row, HeaderPaging, key)


def reading(path: str, params: Callable[P, Any], model: type[M]) -> Operation[P, Detail[M]]:
    """One thing in full."""
    return Operation(Request("GET", path, STYLE), params, detail_of(model, STYLE))


def creating(
    path: str, params: Callable[P, Any], body: type[B], model: type[M]
) -> Sending[B, P, Detail[M]]:
    """A new thing, answered in full."""
    return Sending(Request("POST", path, STYLE), body, params, detail_of(model, STYLE))


def changing(path: str, params: Callable[P, Any], body: type[B]) -> Sending[B, P, None]:
    """A change of what the body names, answered without a body (204)."""
    return Sending(Request("PATCH", path, STYLE), body, params, nothing)


def removing(path: str, params: Callable[P, Any]) -> Operation[P, None]:
    """A removal."""
    return Operation(Request("DELETE", path, STYLE), params, nothing)
