from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from adapters.http.call import Answer
from adapters.http.errors import MalformedAnswer, ProviderError, Transient
from adapters.http.models import ProviderModel
from adapters.http.paging import MAX_PASSES, Page, Pages, rows_of, whole_number


class Row(ProviderModel):
    id: str
    name: str | None = None


def complain(detail: str) -> ProviderError:
    return MalformedAnswer("test", "list_things", detail)


ANSWER = Answer(200, httpx.Headers(), None, b"", complain)


@dataclass
class LiveList:
    """A list of ids, two on a page, that may change after each page; positions are rows."""

    ids: list[str]
    change: Callable[[list[str], int], None] = lambda ids, pages_read: None
    says_total: bool = True
    connection: str = "test"
    operation: str = "list_things"
    first: int = 0
    asked: list[int] = field(default_factory=list)

    async def read(self, position: int) -> Page:
        self.asked.append(position)
        rows = [{"id": one} for one in self.ids[position : position + 2]]
        total = len(self.ids) if self.says_total else None
        self.change(self.ids, len(self.asked))
        return Page(rows, total, position, ANSWER)

    def after(self, page: Page, position: int) -> int | None:
        following = position + len(page.rows)
        if page.total is None:
            return following if len(page.rows) == 2 else None
        return following if page.rows and following < page.total else None


async def each(live: LiveList) -> list[str]:
    return [row.model.id async for row in Pages(live, Row, "id").each()]


async def test_a_list_that_stands_still_is_read_once() -> None:
    live = LiveList(["a", "b", "c", "d", "e"])

    assert await each(live) == ["a", "b", "c", "d", "e"]
    assert live.asked == [0, 2, 4]


async def test_an_empty_list_has_one_empty_page() -> None:
    live = LiveList([])

    assert await each(live) == []
    assert live.asked == [0]


async def test_one_page_can_be_read_by_its_position() -> None:
    page = await Pages(LiveList(["a", "b", "c"]), Row, "id").at(2)

    assert (page.rows, page.total, page.offset) == ([{"id": "c"}], 3, 2)


@pytest.mark.parametrize("says_total", [True, False])
async def test_a_row_inserted_before_the_reader_is_given_and_no_other_twice(
    says_total: bool,
) -> None:
    def insert(ids: list[str], pages_read: int) -> None:
        if pages_read == 1:
            ids.insert(0, "new")

    rows = await each(LiveList(["a", "b", "c", "d"], insert, says_total))

    assert sorted(rows) == ["a", "b", "c", "d", "new"]


async def test_a_row_that_slipped_past_the_reader_when_another_was_removed_is_given() -> None:
    def remove(ids: list[str], pages_read: int) -> None:
        if pages_read == 1:
            ids.remove("a")  # "c" moves to where the first page was read

    live = LiveList(["a", "b", "c", "d", "e"], remove)

    assert sorted(await each(live)) == ["a", "b", "c", "d", "e"]
    assert live.asked == [0, 2, 0, 2]


async def test_a_row_that_moved_forward_past_the_reader_is_given() -> None:
    def move(ids: list[str], pages_read: int) -> None:
        if pages_read == 1:
            ids.insert(0, ids.pop())  # the total stays, "b" comes twice

    assert sorted(await each(LiveList(["a", "b", "c", "d"], move))) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("says_total", [True, False])
async def test_a_list_that_never_stands_still_is_transient_after_all_rows_that_were_seen(
    says_total: bool,
) -> None:
    def insert(ids: list[str], pages_read: int) -> None:
        ids.insert(0, f"new-{pages_read}")
        del ids[5:]

    live = LiveList(["a", "b", "c", "d", "e"], insert, says_total)
    rows: list[str] = []
    with pytest.raises(Transient, match="test: list_things: the list kept moving"):
        rows.extend([row.model.id async for row in _telling(live, rows)])

    assert live.asked.count(0) == MAX_PASSES
    assert len(rows) == len(set(rows)) >= 5


async def _telling(live: LiveList, rows: list[str]) -> Any:
    async for row in Pages(live, Row, "id").each():
        rows.append(row.model.id)
        yield row


async def test_a_page_that_comes_again_instead_of_the_next_one_is_malformed() -> None:
    class Stuck(LiveList):
        async def read(self, position: int) -> Page:
            return await super().read(0)

    with pytest.raises(MalformedAnswer, match="the page at 2 is the one before it again"):
        await each(Stuck(["a", "b", "c", "d"]))


async def test_rows_without_a_key_are_given_as_they_come() -> None:
    def insert(ids: list[str], pages_read: int) -> None:
        if pages_read == 1:
            ids.insert(0, "new")

    live = LiveList(["a", "b", "c"], insert)
    rows = [row.model.id async for row in Pages(live, Row, None).each()]

    assert rows == ["a", "b", "b", "c"], "nothing tells them apart"
    assert live.asked == [0, 2]


@pytest.mark.parametrize("row", [{}, {"id": None}])
async def test_a_row_without_its_key_is_malformed(row: dict[str, Any]) -> None:
    class Keyless(LiveList):
        async def read(self, position: int) -> Page:
            return Page([row], 1, position, ANSWER)

    with pytest.raises(MalformedAnswer, match="a row without id"):
        await each(Keyless([]))


async def test_a_row_that_does_not_fit_its_model_is_malformed() -> None:
    class Misfit(LiveList):
        async def read(self, position: int) -> Page:
            return Page([{"id": "a", "name": ["red-hot"]}], 1, position, ANSWER)

    with pytest.raises(MalformedAnswer, match="Row: name: ") as raised:
        await each(Misfit([]))

    assert "red-hot" not in str(raised.value)


async def test_pages_are_asked_for_only_when_they_are_wanted() -> None:
    live = LiveList(["a", "b", "c", "d"])
    async for _ in Pages(live, Row, "id"):
        break

    assert live.asked == [0]


@pytest.mark.parametrize("body", [None, {}, "rows", [1], [{}, None], [[]]])
def test_what_is_no_list_of_objects_has_no_rows(body: Any) -> None:
    with pytest.raises(MalformedAnswer, match="a list of objects was expected"):
        rows_of(body, ANSWER)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, 7),
        ("7", 7),
        (0, 0),
        ("-1", None),
        (-1, None),
        ("1.0", None),
        (1.0, None),
        ("²", None),
        ("9" * 5000, None),
        ("", None),
        (None, None),
        (True, None),
        ([], None),
    ],
)
def test_a_count_is_a_whole_number_or_none_at_all(value: Any, number: int | None) -> None:
    assert whole_number(value) == number


@dataclass
class ForeseenList(LiveList):
    """A list whose first page tells where the others are; pages wait until they are let go."""

    ahead: int = 3
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    broken: int | None = None

    def following(self, first: Page) -> range:
        return range(len(first.rows), first.total or 0, len(first.rows))

    async def read(self, position: int) -> Page:
        page = await super().read(position)
        if position:
            await self.let_go.wait()
        if position == self.broken:
            raise Transient("test", "list_things", "broken")
        return page


LETTERS = list("abcdefghijkl")


async def settled() -> None:
    """Let every task come to where it waits."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_pages_that_the_first_one_tells_of_are_asked_for_ahead_and_given_in_order() -> None:
    live = ForeseenList(LETTERS)
    pages = aiter(Pages(live, Row, "id"))

    first, second = await anext(pages), asyncio.ensure_future(anext(pages))
    await settled()
    assert live.asked == [0, 2, 4, 6, 8], "one is wanted, and as many more as may be ahead"

    live.let_go.set()
    rest = [await second] + [page async for page in pages]
    assert [row["id"] for page in [first, *rest] for row in page.rows] == LETTERS
    assert live.asked == [0, 2, 4, 6, 8, 10]


async def test_a_page_that_fails_ahead_fails_in_its_turn() -> None:
    live = ForeseenList(LETTERS, broken=6)
    live.let_go.set()
    pages = aiter(Pages(live, Row, "id"))

    assert [(await anext(pages)).offset for _ in range(3)] == [0, 2, 4]
    with pytest.raises(Transient, match="broken"):
        await anext(pages)


@pytest.mark.parametrize("left", [5, 12, 15])
async def test_a_list_that_is_not_as_long_as_its_first_page_said_is_read_to_its_end(
    left: int,
) -> None:
    def become(ids: list[str], pages_read: int) -> None:
        if pages_read == 1:
            ids[:] = [f"row {number}" for number in range(left)]

    live = ForeseenList(LETTERS, become)
    live.let_go.set()
    pages = [page async for page in Pages(live, Row, "id")]

    assert [row["id"] for page in pages[1:] for row in page.rows] == live.ids[2:]


async def test_what_was_asked_for_ahead_is_given_up_with_the_reading() -> None:
    live = ForeseenList(LETTERS)
    pages = Pages(live, Row, "id").__aiter__()
    await anext(pages)
    waiting = asyncio.ensure_future(anext(pages))
    await settled()

    waiting.cancel()
    await asyncio.wait({waiting})

    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_list_that_moves_by_a_page_is_not_taken_for_one_that_is_stuck() -> None:
    def insert(ids: list[str], pages_read: int) -> None:
        ids[:0] = [f"{pages_read}a", f"{pages_read}b"] if pages_read < 3 else []

    pages = [page async for page in Pages(LiveList(["a", "b", "c", "d"], insert), Row, "id")]

    assert [page.offset for page in pages] == [0, 2, 4, 6]
