"""A Plentific of work orders in a process of its own: pages serialised beforehand, details by uuid.

`POST /turn/1` changes the status of one work order in a hundred, `POST /turn/0` takes that back;
`POST /delay/50` lets pages wait so many milliseconds. Whatever comes before `PREFIX` tells
connections apart: `GET /record` gives the pages asked for since `POST /reset`, each with its
connection, the token and where it starts.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from uuid import UUID

import orjson

from tests.benchmarks.serving import Reply, Request, response, serve

PREFIX = "/2021-10-28"
PAGE = 200
"""Rows of a page: the most that Plentific hands out."""
KEPT = 200_000
"""Rows of a list whose pages are all made beforehand; of a longer one each when it is asked for."""
CHANGED = 100
"""One in so many changes."""
LIVE = 10
"""One in so many is live; the others have ended. Those that change are among the live ones."""
PLACE = "82e03dcc-bd93-41ea-a234-db5dfe8a4617"
CREATED = "2023-01-19T08:10:58Z"
CHANGED_AT = "2999-01-20T09:00:00Z"
"""After any baseline that a benchmark takes."""


def uuid_of(number: int) -> str:
    """The uuid of a work order, by its place in the list."""
    return str(UUID(int=number + (1 << 100)))


def status_of(number: int, turn: int) -> str:
    """The status of a work order before (0) and after (1) the change."""
    if number % LIVE:
        return "signed_off"
    return "booked" if turn and number % CHANGED == 0 else "hired"


def row(number: int, turn: int) -> dict[str, object]:
    """A row as documented."""
    return {
        "created": CREATED,
        "due_date": "2020-09-26 07:00:00+00:00",
        "external_reference": f"EG{number}",
        "is_emergency": number % 7 == 0,
        "organisation_uuid": "49df3292-2767-44bb-80c5-285e8eb85c97",
        "property_uuid": PLACE,
        "status": status_of(number, turn),
        "uuid": uuid_of(number),
        "work_order_type": "MARKETPLACE",
    }


def detail(number: int, turn: int) -> dict[str, object]:
    """A detail as documented, without what is never read."""
    shown = row(number, turn)
    del shown["property_uuid"]
    history = [{"created": CREATED, "status": status_of(number, 0)}]
    if status_of(number, turn) != status_of(number, 0):
        history.append({"created": CHANGED_AT, "status": status_of(number, turn)})
    return shown | {
        "account_code": "ACCOUNT-1",
        "contractor": None,
        "faults": [],
        "invoice_uuid": None,
        "is_background_check_required": True,
        "is_contractor_tax_withheld": False,
        "metadata": {"key1": "value1", "key2": 2},
        "property": {"external_reference": "EG1234", "type": "property", "uuid": PLACE},
        "service": {"name": "Home Security", "uuid": "15791638-f098-49ca-b1a6-40da5bc47255"},
        "service_invoice_uuid": None,
        "state_history": history,
        "tags": [],
        "visitation_rules": [],
        "work_order_id": number,
    }


class Listing:
    """Serves so many work orders."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._turn = 0
        self._delay = 0.0
        self._tokens = 0
        self._asked: list[tuple[str, str, int]] = []
        kept = range(0, count if count <= KEPT else 0, PAGE)
        self._pages = [{start: self._page(start, turn) for start in kept} for turn in (0, 1)]

    def handle(self, request: Request, reply: Reply) -> None:
        """Answer a request."""
        connection, _, path = request.path.rpartition(PREFIX)
        if path == "/work-orders":
            start = int(request.headers["x-pagination-offset"])
            self._asked.append((connection, request.headers.get("authorization", ""), start))
            page = self._pages[self._turn].get(start) or self._page(start, self._turn)
            whole = page % _date(int(datetime.now(UTC).timestamp()))
            if self._delay:
                asyncio.get_running_loop().call_later(self._delay, reply, whole)
            else:
                reply(whole)
        elif path.startswith("/work-orders/"):
            number = UUID(path.rpartition("/")[2]).int - (1 << 100)
            reply(response(orjson.dumps(detail(number, self._turn))))
        elif path == "/token":
            self._tokens += 1
            token = {"access_token": f"T{self._tokens}", "expires_in": 3600, "token_type": "Bearer"}
            reply(response(orjson.dumps(token)))
        elif path == "/record":
            reply(response(orjson.dumps(self._asked)))
        else:
            reply(response(b"{}", "200 OK" if self._told(path) else "404 Not Found"))

    def _told(self, path: str) -> bool:
        """Do what a path tells; False for one that tells nothing."""
        _, what, *number = path.split("/")
        match what, number:
            case "turn", [turn]:
                self._turn = int(turn)
            case "delay", [milliseconds]:
                self._delay = int(milliseconds) / 1000
            case "reset", []:
                self._asked.clear()
            case _:
                return False
        return True

    def _page(self, start: int, turn: int) -> bytes:
        numbers = range(start, min(start + PAGE, self._count))
        headers = {
            "Date": "%s",
            "X-Api-Version": "2021-10-28",
            "X-Pagination-Count": str(self._count),
            "X-Pagination-Limit": str(PAGE),
            "X-Pagination-Offset": str(start),
        }
        return response(orjson.dumps([row(number, turn) for number in numbers]), headers=headers)


@cache
def _date(second: int) -> bytes:
    return format_datetime(datetime.fromtimestamp(second, UTC), usegmt=True).encode()


if __name__ == "__main__":
    serve(Listing(int(sys.argv[1])).handle)
