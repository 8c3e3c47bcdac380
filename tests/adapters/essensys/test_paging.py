"""Whole lists, page by page, while they move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.essensys.envelope import Row
from adapters.essensys.paging import MAX_RESTARTS, PAGE_SIZE, ListMovedError, Page, read_pages
from adapters.http.call import Answer
from adapters.http.errors import MalformedAnswer, ProviderError


def rows(count: int, first: int = 1) -> list[Row]:
    return [{"id": str(number)} for number in range(first, first + count)]


def complain(detail: str) -> ProviderError:
    return MalformedAnswer("operate", "query", detail)


ANSWER = Answer(200, httpx.Headers(), None, b"", complain)


@dataclass
class ListServer:
    """Answers windows of a list; `between` may change the list after each request."""

    rows: list[Row]
    cap: int = 10**9  # rows a page, at most, whatever is asked for
    ignores_paging: bool = False
    total: str = "query"  # what the total counts: "query", "page" or "nothing"
    between: Callable[[ListServer], None] = lambda server: None
    windows: list[tuple[int, int]] = field(default_factory=list)

    async def fetch(self, start: int, end: int) -> Page:
        self.windows.append((start, end))
        window = self.rows if self.ignores_paging else self.rows[start - 1 : end][: self.cap]
        page = Page(list(window), None, self.count(window), ANSWER)
        self.between(self)
        return page

    def count(self, window: list[Row]) -> int | None:
        return {"query": len(self.rows), "page": len(window)}.get(self.total)


async def read(server: ListServer) -> list[str]:
    return [row["id"] async for page in read_pages(server.fetch, "id") for row in page.rows]


@given(
    count=st.one_of(
        st.integers(0, 3 * PAGE_SIZE + 2),
        st.sampled_from([0, 1, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 2 * PAGE_SIZE - 1]),
    ),
    cap=st.sampled_from([10**9, 100, 50, 25, 10]),
    ignores_paging=st.booleans(),
    total=st.sampled_from(["query", "page", "nothing"]),
)
async def test_every_row_is_read_once_and_in_order(
    count: int, cap: int, ignores_paging: bool, total: str
) -> None:
    server = ListServer(rows(count), cap, ignores_paging, total)

    assert await read(server) == [row["id"] for row in server.rows]
    assert len(server.windows) <= count // (min(cap, PAGE_SIZE) - 1) + 2


async def test_a_list_of_one_short_page_takes_one_request() -> None:
    server = ListServer(rows(PAGE_SIZE - 1))

    await read(server)

    assert server.windows == [(1, PAGE_SIZE)]


async def test_a_page_begins_with_the_last_row_of_the_page_before() -> None:
    server = ListServer(rows(PAGE_SIZE + 10))

    await read(server)

    assert server.windows == [(1, PAGE_SIZE), (PAGE_SIZE, 2 * PAGE_SIZE - 1)]


async def test_a_server_that_gives_smaller_pages_is_read_to_its_end() -> None:
    server = ListServer(rows(120), cap=37)

    assert len(await read(server)) == 120


async def test_a_total_that_counts_more_than_the_query_ends_all_the_same() -> None:
    server = ListServer(rows(31))

    async def fetch(start: int, end: int) -> Page:
        page = await server.fetch(start, end)
        return Page(page.rows, None, 5000, ANSWER)

    pages = [page async for page in read_pages(fetch, "id")]

    assert sum(len(page.rows) for page in pages) == 31
    assert len(server.windows) == 2


async def test_a_row_that_goes_while_the_list_is_read_leaves_no_hole() -> None:
    def delete_first(server: ListServer) -> None:
        if len(server.windows) == 1:
            del server.rows[0]

    server = ListServer(rows(PAGE_SIZE + 50), between=delete_first)

    ids = await read(server)

    assert set(ids) >= {row["id"] for row in server.rows}
    assert len(ids) == len(set(ids))


async def test_rows_that_move_to_the_front_while_the_list_is_read_are_not_missed() -> None:
    def move_last_to_front(server: ListServer) -> None:
        if len(server.windows) == 1:
            server.rows.insert(0, server.rows.pop())

    server = ListServer(rows(PAGE_SIZE + 1), between=move_last_to_front)

    assert len(set(await read(server))) == PAGE_SIZE + 1


async def test_a_row_that_comes_first_while_the_list_is_read_repeats_none() -> None:
    def insert_first(server: ListServer) -> None:
        if len(server.windows) == 1:
            server.rows.insert(0, {"id": "new"})

    server = ListServer(rows(PAGE_SIZE + 50), between=insert_first)

    ids = await read(server)

    assert set(ids) == {row["id"] for row in server.rows}
    assert len(ids) == len(set(ids))


async def test_a_list_that_never_holds_still_is_given_up_after_some_attempts() -> None:
    def delete_first(server: ListServer) -> None:
        del server.rows[0]

    server = ListServer(rows(5 * PAGE_SIZE), between=delete_first)

    with pytest.raises(ListMovedError):
        await read(server)
    assert len(server.windows) == 2 * (MAX_RESTARTS + 1)
