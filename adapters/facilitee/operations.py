"""The kinds of operation that Facilitee's API consists of, in its way of spelling."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final, Self, overload

from pydantic.alias_generators import to_camel

from adapters.facilitee.formats import written_time
from adapters.facilitee.paging import NumberedPages
from adapters.http.call import Answer, Decoding
from adapters.http.errors import NotFound, Unsendable
from adapters.http.lists import WholeList
from adapters.http.models import Detail, M
from adapters.http.operations import (
    B,
    HasHttp,
    Listing,
    Nothing,
    Operation,
    P,
    R,
    Reader,
    Request,
    Sending,
    Style,
    detail_of,
    plain_text,
)
from adapters.http.paging import whole_number


def _text(value: Any) -> str:
    if not isinstance(value, datetime):
        return plain_text(value)
    try:
        return written_time(value)
    except ValueError as error:
        raise Unsendable(str(error)) from None


STYLE: Final = Style(prefix="/api/public", name=to_camel, text=_text)


class Finding(Operation[P, int | None]):
    """The id of whom an e-mail address belongs to; None where nobody has it.

    What comes for an unknown address is not documented: 404, null, 0 and nothing at all are taken
    for it.
    """

    def __init__(self, request: Request, params: Callable[P, Any]) -> None:
        super().__init__(request, params, _id_or_none)

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...

    @overload
    def __get__(self, client: HasHttp, owner: type) -> Callable[P, Awaitable[int | None]]: ...

    def __get__(
        self, client: HasHttp | None, owner: type
    ) -> Self | Callable[P, Awaitable[int | None]]:
        """The declaration, or the method of a client."""
        if client is None:
            return self
        ask = super().__get__(client, owner)

        async def find(*args: P.args, **kwargs: P.kwargs) -> int | None:
            try:
                return await ask(*args, **kwargs)
            except NotFound:
                return None

        return find


def listing(
    path: str, params: Callable[P, Any], row: type[M], decoding: Decoding = "json"
) -> Listing[P, M]:
    """A list in pages; `params` has a `page_size`. Rows with amounts are decoded exactly."""
    return Listing(Request("GET", path, STYLE, decoding), params, row, NumberedPages, "id")


def listing_at_once(path: str, row: type[M]) -> Listing[[], M]:
    """A list that does not come in pages."""
    return Listing(Request("GET", path, STYLE, "json"), Nothing, row, WholeList, "id")


def reading(path: str, params: Callable[P, Any], model: type[M]) -> Operation[P, Detail[M]]:
    """One thing in full."""
    return Operation(Request("GET", path, STYLE), params, detail_of(model, STYLE))


def finding(path: str, params: Callable[P, Any]) -> Finding[P]:
    """An id by e-mail address."""
    return Finding(Request("GET", path, STYLE), params)


def creating(
    path: str, params: Callable[P, Any], body: type[B], model: type[M]
) -> Sending[B, P, Detail[M]]:
    """A new thing, answered in full."""
    return Sending(Request("POST", path, STYLE), body, params, detail_of(model, STYLE))


def changing(
    path: str, params: Callable[P, Any], body: type[B], model: type[M]
) -> Sending[B, P, Detail[M]]:
    """A change, answered in full. What becomes of fields not given is not documented."""
    return Sending(Request("PUT", path, STYLE), body, params, detail_of(model, STYLE))


def changing_by_query(
    path: str, params: Callable[P, Any], model: type[M]
) -> Operation[P, Detail[M]]:
    """A change that the query says, without a body."""
    return Operation(Request("PUT", path, STYLE), params, detail_of(model, STYLE))


def removing(path: str, params: Callable[P, Any], read: Reader[R]) -> Operation[P, R]:
    """A removal."""
    return Operation(Request("DELETE", path, STYLE), params, read)


def echo_of(model: type[M]) -> Reader[Detail[M]]:
    """Reads what a removal answers; nothing at all, too, as the status says that it was done."""
    read_detail = detail_of(model, STYLE)

    def read(answer: Answer, connection: str) -> Detail[M]:
        if answer.body is None:
            return Detail({}, model())
        return read_detail(answer, connection)

    return read


def _id_or_none(answer: Answer, _connection: str) -> int | None:
    if answer.body is None:
        return None
    found = whole_number(answer.body)
    if found is None:
        raise answer.unreadable("an id was expected")
    return found or None
