"""Plentific's lists: limit and offset in headers, the total in a header, a bare array.

Source: plentific.txt, "List all work orders": default 100 rows, at most 200.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from adapters.http.errors import Unsendable
from adapters.http.lists import ProviderList
from adapters.http.paging import Page, rows_of, whole_number

LARGEST_PAGE: Final = 200


@dataclass(frozen=True)
class HeaderPaging(ProviderList):
    """A list whose positions are rows, counted from 0.

    One that `may_be_one` may come as an object, which then is the only row.
    """

    may_be_one: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.page_size <= LARGEST_PAGE:
            limits = f"1 to {LARGEST_PAGE}, not {self.page_size}"
            raise Unsendable(f"{self.operation}: page_size must be {limits}")

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

    @property
    def ahead(self) -> int:
        """For each request in flight one more page: asked for, or waiting to be used."""
        return 2 * self.http.max_in_flight

    def following(self, first: Page) -> Iterable[int]:
        """Every so many rows as the first page has, up to the total."""
        size, total = len(first.rows), first.total or 0
        return range(first.offset + size, total, size) if size else ()

    def after(self, page: Page, position: int) -> int | None:
        """The next row; the total counts, as a page may be shorter than asked for."""
        following = position + len(page.rows)
        if page.total is not None:
            return following if page.rows and following < page.total else None
        return following if len(page.rows) >= self.page_size else None
