"""The kinds of operation that Plentific's API consists of, in its way of spelling."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from adapters.http.call import Answer
from adapters.http.lists import WholeList
from adapters.http.models import Detail, M
from adapters.http.operations import (
    B,
    Downloading,
    Listing,
    Operation,
    P,
    Request,
    Sending,
    Style,
    Uploading,
    detail_of,
    nothing,
)
from adapters.plentific.models.files import UploadedFile
from adapters.plentific.paging import HeaderPaging
from adapters.plentific.params import NewFile

STYLE: Final = Style()


@dataclass(frozen=True)
class Created:
    """All that is answered of a new thing whose answer has no body."""

    uuid: str


def listing(path: str, params: Callable[P, Any], row: type[M]) -> Listing[P, M]:
    """A list in pages of rows with a uuid; `params` has a `page_size`."""
    return Listing(Request("GET", path, STYLE, "json"), params, row, HeaderPaging, "uuid")


def listing_amounts(path: str, params: Callable[P, Any], row: type[M], key: str) -> Listing[P, M]:
    """A list of amounts, which are read exactly; one row may come alone, without a list."""
    paging = partial(HeaderPaging, may_be_one=True)
    return Listing(Request("GET", path, STYLE), params, row, paging, key)


def listing_at_once(path: str, params: Callable[P, Any], row: type[M], key: str) -> Listing[P, M]:
    """A list that does not come in pages."""
    return Listing(Request("GET", path, STYLE, "json"), params, row, WholeList, key)


def reading(path: str, params: Callable[P, Any], model: type[M]) -> Operation[P, Detail[M]]:
    """One thing in full."""
    return Operation(Request("GET", path, STYLE), params, detail_of(model, STYLE))


def creating(
    path: str, params: Callable[P, Any], body: type[B], model: type[M]
) -> Sending[B, P, Detail[M]]:
    """A new thing, answered in full."""
    return Sending(Request("POST", path, STYLE), body, params, detail_of(model, STYLE))


def creating_unseen(path: str, params: Callable[P, Any], body: type[B]) -> Sending[B, P, Created]:
    """A new thing, answered by its id alone."""
    return Sending(Request("POST", path, STYLE), body, params, created)


def deriving(path: str, params: Callable[P, Any], model: type[M]) -> Operation[P, Detail[M]]:
    """A new thing that is made without a body, of what is there."""
    return Operation(Request("POST", path, STYLE), params, detail_of(model, STYLE))


def changing(path: str, params: Callable[P, Any], body: type[B]) -> Sending[B, P, None]:
    """A change of what the body names, answered without a body (204)."""
    return Sending(Request("PATCH", path, STYLE), body, params, nothing)


def changing_seen(
    path: str, params: Callable[P, Any], body: type[B], model: type[M]
) -> Sending[B, P, Detail[M]]:
    """A change, answered by the thing as it is then."""
    return Sending(Request("PATCH", path, STYLE), body, params, detail_of(model, STYLE))


def removing(path: str, params: Callable[P, Any]) -> Operation[P, None]:
    """A removal."""
    return Operation(Request("DELETE", path, STYLE), params, nothing)


def downloading(path: str, params: Callable[P, Any], accept: str) -> Downloading[P]:
    """A file, to be read piece by piece."""
    return Downloading(Request("GET", path, STYLE, "bytes", {"Accept": accept}), params)


def uploading(path: str, params: Callable[P, NewFile]) -> Uploading[P, Detail[UploadedFile]]:
    """A file, sent as it is."""
    return Uploading(
        Request("POST", path, STYLE), params, file_headers, detail_of(UploadedFile, STYLE)
    )


def file_headers(file: NewFile) -> Mapping[str, str]:
    """What is said of a file beside its content; a name in any script is escaped as JSON does."""
    return {
        "Content-Type": file.content_type,
        "X-Plentific-File": json.dumps({"name": file.name}),
    }


def created(answer: Answer, _connection: str) -> Created:
    """Reads an answer that gives the id of a new thing in a header.

    Raises:
        Ambiguous: the header is missing.
    """
    uuid = answer.headers.get("x-resource-id")
    if not uuid:
        raise answer.unreadable("the header X-Resource-Id is missing")
    return Created(uuid)
