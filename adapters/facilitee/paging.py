"""Facilitee's lists: page numbers from 1 in the query, an envelope around the rows.

Source: facilitee.txt, "Get a list of Owners" and the other lists. Default, maximum and order are
not documented, and examples show a total of 0 beside a row.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import ClassVar, Final

from adapters.http.errors import Unsendable
from adapters.http.lists import ProviderList
from adapters.http.paging import Page, rows_of, whole_number

# The examples ask for 15. More at once saves calls; a server that sends fewer than it is asked for
# costs one call more and never a row.
PAGE_SIZE: Final = 100
MOST_PAGES: Final = 10_000  # a list without an end is none


@dataclass(frozen=True)
class NumberedPages(ProviderList):
    """A list whose positions are page numbers, counted from 1.

    The envelope is believed only as far as the rows bear it out: the list ends where as many rows
    have come as the total says, not before the last page announced; else at a page without rows.
    """

    first: ClassVar[int] = 1
    _lengths: dict[int, int] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.page_size < 1:
            raise Unsendable(f"{self.operation}: page_size must be 1 or more, not {self.page_size}")

    async def read(self, position: int) -> Page:
        """The page with a number."""
        paging = {"pageNo": str(position), "pageSize": str(self.page_size)}
        query = {**self.call.query, **paging}
        answer = await self.http.send(dataclasses.replace(self.call, query=query))
        body = answer.body
        if not isinstance(body, dict) or "items" not in body:
            raise answer.unreadable("an object with items was expected")
        rows = rows_of(body["items"] or [], answer)
        self._lengths[position] = len(rows)
        total = whole_number(body.get("totalItems"))
        if total is not None and total < self._rows_until(position):
            total = None  # more have come: it says nothing
        return Page(rows, total, position, answer)

    def after(self, page: Page, position: int) -> int | None:
        """The next page; how full this one is says nothing, as the largest size is not known."""
        if position >= MOST_PAGES:
            raise page.answer.unreadable(f"the list has no end after {MOST_PAGES} pages")
        if not page.rows or self._complete(page, position):
            return None
        return position + 1

    def _complete(self, page: Page, position: int) -> bool:
        announced = whole_number(page.answer.body.get("numberOfPages")) or 0
        return position >= announced and self._rows_until(position) == page.total

    def _rows_until(self, position: int) -> int:
        return sum(self._lengths.get(page, 0) for page in range(self.first, position + 1))
