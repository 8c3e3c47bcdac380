"""Reads a whole list through `startrecord` and `endrecord`, though the list may move meanwhile.

Paging is documented for Booking Conflict only: 1-based, both ends included. There is no sort
parameter, no stated maximum, and `totalCount` is not explained. So each page begins with the last
row of the page before: where that row is not found again, rows have gone or come in between, and
the list is read again from its start rather than with a hole in it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from adapters.essensys.envelope import Row
from adapters.http.call import Answer

PAGE_SIZE: Final = 200  # rows
MAX_RESTARTS: Final = 3
ROUND: Final = (10, 25)  # rows; a server's own maximum is a multiple of one of these


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, cleaned (no twins, no row_num), each of them in one page only."""

    rows: list[Row] = field(repr=False)
    server_time: datetime | None  # the provider's clock when it answered, UTC
    total: int | None  # as the provider says it, of the query or of the page
    answer: Answer = field(repr=False)


class ListMovedError(Exception):
    """The list moved each time that it was read."""


async def read_pages(
    fetch: Callable[[int, int], Awaitable[Page]], id_field: str
) -> AsyncIterator[Page]:
    """All pages that `fetch(startrecord, endrecord)` gives, until one is short, empty or old.

    Ends as well with a server that ignores the paging: everything comes at once, or again.

    Raises:
        ListMovedError: rows came or went between two pages, more than MAX_RESTARTS times.
    """
    seen: set[str] = set()
    restarts, start = 0, 1
    before: list[str] = []  # the ids of the page before
    while True:
        page = await fetch(start, start + PAGE_SIZE - 1)
        ids = [row[id_field] for row in page.rows]
        if before and ids == before:
            return
        if before and ids[:1] != before[-1:]:
            restarts, start, before = restarts + 1, 1, []
            if restarts > MAX_RESTARTS:
                raise ListMovedError
            continue
        fresh = {id_: row for id_, row in zip(ids, page.rows, strict=True) if id_ not in seen}
        if fresh or not before:
            yield replace(page, rows=list(fresh.values()))
        if len(ids) == 1 or not _may_go_on(page, start):
            return  # a single row is the one that was asked for again, whatever the total says
        seen.update(fresh)
        start, before = start + len(ids) - 1, ids


def _may_go_on(page: Page, start: int) -> bool:
    """Whether a page may be followed by another. More rows than asked for are all of them.

    A short page is the last one, unless the server has a smaller maximum: then the total says
    more (if it is the query's), or at least the page has a round number of rows.
    """
    size = len(page.rows)
    if size == 0 or size >= PAGE_SIZE:
        return size == PAGE_SIZE
    more = page.total is not None and page.total > start - 1 + size
    return more or any(size % number == 0 for number in ROUND)
