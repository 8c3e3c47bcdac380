"""A list to be read page after page, whatever the provider's way of paging, though rows move."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, Protocol, runtime_checkable

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


@runtime_checkable
class Foreseen(Protocol):
    """A paging whose first page tells where the others are: several are asked for at once."""

    @property
    def ahead(self) -> int:
        """Pages that may be asked for, or wait, before they are wanted."""

    def following(self, first: Page) -> Iterable[int]:
        """The positions of the pages after the first one, as it tells; none where it does not."""


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
        """Every page in turn; some ahead, where the first tells of them and more than it is wanted.

        Raises:
            MalformedAnswer: the provider sends the same page again instead of the next one.
        """
        position: int | None = self._paging.first
        reader = _Reader(self._paging)
        try:
            while position is not None:
                page = await reader.read(position)
                yield page
                if position == self._paging.first:
                    reader.foresee(page)
                position = self._paging.after(page, position)
        finally:
            await reader.stop()

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


class _Reader:
    """Reads page after page, and those ahead that the first page tells of meanwhile.

    What it tells is a guess: where the list turns out otherwise, the rest is read page by page.
    """

    def __init__(self, paging: Paging) -> None:
        self._paging = paging
        self._foreseen: Iterator[int] = iter(())
        self._asked: deque[tuple[int, asyncio.Task[Page]]] = deque()
        self._before: tuple[int, Page] | None = None

    def foresee(self, first: Page) -> None:
        """Ask for what follows the first page, as far ahead as may be."""
        if isinstance(self._paging, Foreseen):
            self._foreseen = iter(self._paging.following(first))
            for _ in range(self._paging.ahead):
                self._ask()

    async def read(self, position: int) -> Page:
        """The page at a position.

        Raises:
            MalformedAnswer: it is the page before it again.
        """
        page = await self._next(position)
        if page.rows and await self._is_stuck(page):
            raise page.answer.unreadable(f"the page at {position} is the one before it again")
        self._before = position, page
        return page

    async def stop(self) -> None:
        """Want no more of what was asked for."""
        self._foreseen = iter(())
        tasks = [task for _, task in self._asked]
        self._asked.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _next(self, position: int) -> Page:
        if self._asked and self._asked[0][0] != position:
            await self.stop()
        if not self._asked:
            return await self._paging.read(position)
        self._ask()
        try:
            return await self._asked[0][1]
        finally:
            self._asked.popleft()

    async def _is_stuck(self, page: Page) -> bool:
        if self._before is None or page.rows != self._before[1].rows:
            return False
        # Or else the list has moved by as much as a page, and that one shows something else now.
        return (await self._paging.read(self._before[0])).rows == page.rows

    def _ask(self) -> None:
        position = next(self._foreseen, None)
        if position is not None:
            self._asked.append((position, asyncio.create_task(self._paging.read(position))))


def _held_still(keys: list[str], totals: set[int | None]) -> bool:
    return len(set(keys)) == len(keys) and (totals <= {None} or totals == {len(keys)})


def rows_of(body: Any, answer: Answer) -> list[dict[str, Any]]:
    """A list of objects from an answer.

    Raises:
        MalformedAnswer: it is something else.
    """
    if not isinstance(body, list) or not set(map(type, body)) <= {dict}:
        raise answer.unreadable("a list of objects was expected")
    return body


def whole_number(value: Any) -> int | None:
    """A count as number or text; None for anything else."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None
