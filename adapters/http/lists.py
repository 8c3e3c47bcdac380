"""What every provider's list has, and the list that comes at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from adapters.http.call import Answer, Call
from adapters.http.client import HttpClient
from adapters.http.errors import Unsendable
from adapters.http.operations import body_itself
from adapters.http.paging import Page, rows_of


@dataclass(frozen=True)
class ProviderList:
    """A list as it is asked for; `page_size` is 0 where it has no pages."""

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
class WholeList(ProviderList):
    """A list that comes at once; `content` takes it out of the answer's envelope."""

    content: Callable[[Answer], Any] = body_itself

    async def read(self, position: int) -> Page:
        """The whole list, which is at 0.

        Raises:
            Unsendable: there is nothing at another position.
        """
        if position != self.first:
            place = f"at {self.first}, not at {position}"
            raise Unsendable(f"{self.operation}: the list is one page, {place}")
        answer = await self.http.send(self.call)
        rows = rows_of(self.content(answer), answer)
        return Page(rows, len(rows), position, answer)

    def after(self, _page: Page, _position: int) -> None:
        """Nothing follows."""
        return
