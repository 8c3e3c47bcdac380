"""The kinds of operation that Plentific's API consists of, to be declared on the client.

A declaration becomes a method of the client, typed by what it is given; the method's name is the
operation's name in spans, metrics and errors.
"""

from __future__ import annotations

import dataclasses
import string
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

from adapters.http.call import Answer, Call, Decoding
from adapters.http.client import HttpClient
from adapters.http.models import ProviderModel, parse
from adapters.plentific.filters import LARGEST_PAGE

P = ParamSpec("P")
M = TypeVar("M", bound=ProviderModel)


class HasHttp(Protocol):
    """The client that operations are declared on."""

    @property
    def http(self) -> HttpClient:
        """How calls are sent."""


@dataclass(frozen=True)
class Page:
    """Some rows of a list, as sent; `total` is the whole list's length where Plentific says so.

    `server_date` is Plentific's clock when it answered, aware, UTC.
    """

    rows: list[dict[str, Any]] = field(repr=False)
    total: int | None
    offset: int
    server_date: datetime | None


@dataclass(frozen=True)
class Detail(Generic[M]):
    """One thing in full: as sent (numbers with a point are Decimal), and typed."""

    raw: dict[str, Any] = field(repr=False)
    model: M = field(repr=False)


class Pages:
    """A list, to be read page after page (`async for`) or by offset (`at`)."""

    def __init__(self, http: HttpClient, call: Call, page_size: int) -> None:
        if not 1 <= page_size <= LARGEST_PAGE:
            raise ValueError(f"page_size must be 1 to {LARGEST_PAGE}, not {page_size}")
        self._http = http
        self._call = call
        self._page_size = page_size

    @property
    def operation(self) -> str:
        """The name of the list's operation."""
        return self._call.operation

    async def __aiter__(self) -> AsyncIterator[Page]:
        """Every page in turn, each asked for when the one before has been used.

        Raises:
            MalformedAnswer: Plentific sends the same page again instead of the next one.
        """
        offset, previous = 0, None
        while True:
            page, answer = await self._read(offset)
            if page.rows and page.rows == previous:
                raise answer.unreadable(f"the page at {offset} is the one before it again")
            yield page
            offset += len(page.rows)
            if self._ended(page, offset):
                return
            previous = page.rows

    async def at(self, offset: int) -> Page:
        """The page that starts at a row, counted from 0."""
        page, _ = await self._read(offset)
        return page

    def _ended(self, page: Page, offset: int) -> bool:
        # The total counts, not a short page: Plentific may hand out fewer rows than asked for.
        if page.total is not None:
            return not page.rows or offset >= page.total
        return len(page.rows) < self._page_size

    async def _read(self, offset: int) -> tuple[Page, Answer]:
        headers = {
            "X-Pagination-Limit": str(self._page_size),
            "X-Pagination-Offset": str(offset),
        }
        answer = await self._http.send(dataclasses.replace(self._call, headers=headers))
        rows = answer.body
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise answer.unreadable("a list of objects was expected")
        answered = _number(answer.headers.get("x-pagination-offset"))
        if answered not in (None, offset):
            raise answer.unreadable(f"rows from {answered} came, rows from {offset} were asked for")
        total = _number(answer.headers.get("x-pagination-count"))
        return Page(rows, total, offset, answer.server_date), answer


class Listing(Generic[P]):
    """A paged list. `filters` is the dataclass of its parameters, which become the method's."""

    def __init__(self, path: str, filters: Callable[P, Any]) -> None:
        self._path = path
        self._filters = filters

    def __set_name__(self, owner: type, name: str) -> None:
        self._operation = name

    def __get__(self, client: HasHttp, owner: type) -> Callable[P, Pages]:
        def list_pages(*args: P.args, **kwargs: P.kwargs) -> Pages:
            given = vars(self._filters(*args, **kwargs)).copy()
            page_size = given.pop("page_size")
            return Pages(client.http, _read_call(self._operation, self._path, given), page_size)

        return list_pages


class Reading(Generic[M]):
    """The detail of one thing, by its uuid."""

    def __init__(self, path: str, model: type[M]) -> None:
        self._path = path
        self._model = model

    def __set_name__(self, owner: type, name: str) -> None:
        self._operation = name

    def __get__(self, client: HasHttp, owner: type) -> Callable[[str], Awaitable[Detail[M]]]:
        async def read(uuid: str) -> Detail[M]:
            given = dict(zip(_names(self._path), (uuid,), strict=True))
            call = _read_call(self._operation, self._path, given, "exact json")
            return _detail(await client.http.send(call), self._model, client.http.connection)

        return read


def _detail(answer: Answer, model: type[M], connection: str) -> Detail[M]:
    if not isinstance(answer.body, dict):
        raise answer.unreadable("an object was expected")
    return Detail(answer.body, parse(model, answer.body, answer, connection))


def _read_call(
    operation: str, path: str, given: Mapping[str, Any], decoding: Decoding = "json"
) -> Call:
    texts = {name: _text(value) for name, value in given.items() if value is not None}
    parts = {name: texts.pop(name) for name in _names(path)}
    return Call(operation, "GET", path, parts=parts, query=texts, decoding=decoding)


def _names(path: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(path) if name]


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        raise TypeError("Plentific filters by date, not by time: choose the day")
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
