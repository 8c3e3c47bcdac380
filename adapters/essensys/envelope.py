"""Reads the envelope that every essensys answer comes in, and judges it: the one place for that.

Source: the examples; the document describes neither the envelope nor errors. An answer is good if
its status is 2xx (HttpClient saw to that), `response.status` is "OK" and it has the list it should.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.essensys.errors import FormatError
from adapters.essensys.formats import read_server_time
from adapters.http.call import Answer

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What surrounds the rows. `rows` is None where the answer has no list."""

    rows: list[Row] | None
    server_time: datetime | None  # the provider's clock, UTC
    total: int | None  # whether of the query or of the page is not documented


def read_envelope(answer: Answer, key: str) -> Envelope:
    """The envelope of an answer whose list should be called `key`.

    Raises:
        MalformedAnswer: the answer to a read is not the documented shape, or its status not OK.
        Ambiguous: the same of a write.
    """
    response = answer.body.get("response") if isinstance(answer.body, Mapping) else None
    if not isinstance(response, Mapping):
        raise answer.unreadable("the answer has no response object")
    if response.get("status") != "OK":
        raise answer.unreadable(f"the answer has status {str(response.get('status'))!r:.40}")
    return Envelope(
        rows=_rows(answer, response, key),
        server_time=_server_time(response),
        total=_total(response),
    )


def read_rows(answer: Answer, key: str) -> Envelope:
    """The envelope of an answer that must have rows or say that there are none.

    How "none" looks is not documented: an empty list, null in its place, and a missing list
    beside `totalCount` "0" are taken for it. Anything else could be a failure that looks like
    "not there", on which a write would be repeated.

    Raises:
        MalformedAnswer: as read_envelope does, and where the list is missing.
    """
    envelope = read_envelope(answer, key)
    if envelope.rows is not None:
        return envelope
    if envelope.total == 0 or key in answer.body["response"]:
        return Envelope([], envelope.server_time, envelope.total)
    raise answer.unreadable(f"the answer has no list {key}")


def _rows(answer: Answer, response: Mapping[str, Any], key: str) -> list[Row] | None:
    # The keys follow no rule (opportunitys, movements): the only list is the one.
    lists = {name: value for name, value in response.items() if isinstance(value, list)}
    if not lists:
        return None
    if key not in lists and len(lists) > 1:
        raise answer.unreadable(f"the answer has several lists and none is {key}")
    rows = lists[key] if key in lists else next(iter(lists.values()))
    if not all(isinstance(row, dict) for row in rows):
        raise answer.unreadable(f"the list {key} holds something else than records")
    return rows


def _server_time(response: Mapping[str, Any]) -> datetime | None:
    try:
        return read_server_time(response.get("datetimeutc"))
    except FormatError:
        return None  # nice to have; no reason to doubt what was done


def _total(response: Mapping[str, Any]) -> int | None:
    text = str(response.get("totalCount", ""))
    return int(text) if text.isascii() and text.isdigit() else None
