"""A list to be read page after page, whatever the provider's way of paging, though rows move."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, Protocol

from adapters.http.call import Answer
from adapters.http.errors import Transient
from adapters.http.models import Detail, M, parse

MAX_PASSES: Final = 5  # readings of a list that keeps moving
MAX_DIGITS: Final = 18  # of a count; more is no count


@dataclass(frozen=True)
class Page:
    """Some rows of a list, as sent; `total` is the whole list's length where the provider says so.

    `offset` is the number of rows before it, where the provider counts rows, else its number.
    """

    rows: list[dict[str, Any]] = field(repr=False)
    total: int | None
    offset: int
    answer: Answer = field(repr=False)

    @property
    def server_date(self) -> datetime | None:
        """The provider's clock when it answered, aware, UTC; None where it does not say."""
        return self.answer.server_date


class Paging(Protocol):
    """One list at one provider: how a page is asked for, and where the next one starts."""

    @property
    def connection(self) -> str:
        """The connection's name."""

    @property
    def operation(self) -> str:
        """The list's operation."""

    @property
    def first(self) -> int:
        """The position of the first page."""

    async def read(self, position: int) -> Page:
        """The page at a position."""

    def after(self, page: Page, position: int) -> int | None:
        """The position of the page after this one; None: it is the last."""


class Pages(Generic[M]):
    """A list: raw pages (`async for`), one page (`at`), or typed rows, each once (`each`)."""

    def __init__(self, paging: Paging, row: type[M], key: str | None) -> None:
        """`key` is the row's field that tells rows apart; None where rows have none."""
        self._paging = paging
        self._row = row
        self._key = key

    @property
    def operation(self) -> str:
        """The name of the list's operation."""
        return self._paging.operation

    async def __aiter__(self) -> AsyncIterator[Page]:
        """Every page in turn, each asked for when the one before has been used.

        Raises:
            MalformedAnswer: the provider sends the same page again instead of the next one.
        """
        position: int | None = self._paging.first
        previous = None
        while position is not None:
            page = await self._paging.read(position)
            if page.rows and page.rows == previous:
                raise page.answer.unreadable(f"the page at {position} is the one before it again")
            yield page
            previous = page.rows
            position = self._paging.after(page, position)

    async def at(self, position: int) -> Page:
        """One page; positions are rows from 0 where the provider counts rows, else page numbers."""
        return await self._paging.read(position)

    async def each(self) -> AsyncGenerator[Detail[M], None]:
        """Every row once, typed, though rows move from page to page meanwhile.

        A reading counts when no row came twice and the total stayed what the rows add up to;
        else the list is read again, and only rows not seen before are given.

        Raises:
            Transient: the list kept moving.
            MalformedAnswer: a row does not fit its model, or lacks its key.
        """
        seen: set[str] = set()
        for _ in range(MAX_PASSES):
            keys: list[str] = []
            totals: set[int | None] = set()
            async for page in self:
                totals.add(page.total)
                for row in page.rows:
                    key = self._key_of(row, page.answer)
                    keys.append(key)
                    if self._key is None or key not in seen:
                        seen.add(key)
                        yield Detail(
                            row, parse(self._row, row, page.answer, self._paging.connection)
                        )
            if self._key is None or _held_still(keys, totals):
                return
        raise Transient(
            self._paging.connection, self.operation, "the list kept moving while it was read"
        )

    def _key_of(self, row: dict[str, Any], answer: Answer) -> str:
        if self._key is None:
            return ""
        if row.get(self._key) is None:
            raise answer.unreadable(f"a row without {self._key}")
        return str(row[self._key])


def _held_still(keys: list[str], totals: set[int | None]) -> bool:
    return len(set(keys)) == len(keys) and (totals <= {None} or totals == {len(keys)})


def rows_of(body: Any, answer: Answer) -> list[dict[str, Any]]:
    """A list of objects from an answer.

    Raises:
        MalformedAnswer: it is something else.
    """
    if not isinstance(body, list) or not all(isinstance(row, dict) for row in body):
        raise answer.unreadable("a list of objects was expected")
    return body


def whole_number(value: Any) -> int | None:
    """A count as number or text; None for anything else."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None
