"""Planiso's lists, which come whole: no paging, filter or order is documented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from adapters.http.call import Answer, Call
from adapters.http.client import HttpClient
from adapters.http.paging import Page, rows_of


def data_of(answer: Answer) -> Any:
    """What an answer holds: its `data`.

    Raises:
        MalformedAnswer: it has none (`Ambiguous` where the call was a write).
    """
    if not isinstance(answer.body, dict) or "data" not in answer.body:
        raise answer.unreadable("the answer has no data")
    return answer.body["data"]


@dataclass(frozen=True)
class WholeList:
    """A list of one page."""

    http: HttpClient
    call: Call
    first: ClassVar[int] = 0

    @property
    def connection(self) -> str:
        """The connection's name."""
        return self.http.connection

    @property
    def operation(self) -> str:
        """The list's operation."""
        return self.call.operation

    async def read(self, position: int) -> Page:
        """The whole list, which is at 0."""
        if position != self.first:
            raise ValueError(f"{self.operation} is one page, at {self.first}, not at {position}")
        answer = await self.http.send(self.call)
        return Page(rows_of(data_of(answer), answer), None, position, answer)

    def after(self, page: Page, position: int) -> int | None:
        """Nothing follows."""
        return None
