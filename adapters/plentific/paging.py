"""Plentific's lists: limit and offset in headers, the total in a header, a bare array.

Source: plentific.txt, "List all work orders": default 100 rows, at most 200.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar, Final

from adapters.http.call import Call
from adapters.http.client import HttpClient
from adapters.http.paging import Page, rows_of, whole_number

LARGEST_PAGE: Final = 200


@dataclass(frozen=True)
class PlentificList:
    """What every list has; positions are rows, counted from 0."""

    http: HttpClient
    call: Call
    page_size: int
    first: ClassVar[int] = 0

    @property
    def connection(self) -> str:
        """The connection's name."""
        return self.http.connection

    @property
    def operation(self) -> str:
        """The list's operation."""
        return self.call.operation


@dataclass(frozen=True)
class HeaderPaging(PlentificList):
    """A list in pages. One that `may_be_one` may come as an object, which then is the only row."""

    may_be_one: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.page_size <= LARGEST_PAGE:
            raise ValueError(f"page_size must be 1 to {LARGEST_PAGE}, not {self.page_size}")

    async def read(self, position: int) -> Page:
        """The page that starts at a row."""
        headers = {
            "X-Pagination-Limit": str(self.page_size),
            "X-Pagination-Offset": str(position),
        }
        answer = await self.http.send(dataclasses.replace(self.call, headers=headers))
        if self.may_be_one and isinstance(answer.body, dict):
            return Page([answer.body], 1, position, answer)
        rows = rows_of(answer.body, answer)
        answered = whole_number(answer.headers.get("x-pagination-offset"))
        if answered not in (None, position):
            raise answer.unreadable(
                f"rows from {answered} came, rows from {position} were asked for"
            )
        total = whole_number(answer.headers.get("x-pagination-count"))
        return Page(rows, total, position, answer)

    def after(self, page: Page, position: int) -> int | None:
        """The next row; the total counts, as a page may be shorter than asked for."""
        following = position + len(page.rows)
        if page.total is not None:
            return following if page.rows and following < page.total else None
        return following if len(page.rows) >= self.page_size else None


@dataclass(frozen=True)
class WholeList(PlentificList):
    """A list that comes at once."""

    async def read(self, position: int) -> Page:
        """The whole list, which is at 0."""
        if position != self.first:
            raise ValueError(f"{self.operation} is one page, at {self.first}, not at {position}")
        answer = await self.http.send(self.call)
        return Page(rows_of(answer.body, answer), None, position, answer)

    def after(self, page: Page, position: int) -> int | None:
        """Nothing follows."""
        return None
