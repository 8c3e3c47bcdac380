"""What a simulated provider receives (Call) and gives back (Answer), free of any web framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a provider sees it: header names in lower case, `path` below the base URL."""

    provider: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    now: datetime

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters, in lower case, "" when absent."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; Content-Length and Date are added when it is sent."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def json_answer(status: int, value: Any, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """An answer with a JSON body."""
    return Answer(status, orjson.dumps(value), (("content-type", JSON_TYPE), *headers))


def bearer_token(call: Call) -> str | None:
    """The token of `Authorization: Bearer <token>`, None when the header is absent or different."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return token if scheme == "Bearer" and token else None


def parse_query(query_string: bytes) -> tuple[tuple[str, str], ...]:
    """Decode a query string, blank values kept."""
    return tuple(parse_qsl(query_string.decode("latin-1"), keep_blank_values=True))


def parse_form(call: Call) -> dict[str, str]:
    """Decode a form body strictly.

    Raises:
        ValueError: wrong Content-Type, bytes that are not percent-encoded UTF-8, a repeated field.
    """
    if call.media_type != FORM_TYPE:
        raise ValueError(f"Content-Type must be {FORM_TYPE}, not {call.media_type or 'absent'}")
    try:
        pairs = parse_qsl(
            call.body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict"
        )
    except UnicodeDecodeError as error:
        raise ValueError("the form is not percent-encoded UTF-8") from error
    return unique(pairs)


def unique(pairs: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Pairs as a dict; raises ValueError when a name is given twice."""
    result: dict[str, str] = {}
    for name, value in pairs:
        if name in result:
            raise ValueError(f"{name} is given twice")
        result[name] = value
    return result
