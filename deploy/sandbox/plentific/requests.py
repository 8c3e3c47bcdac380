"""What a Plentific operation may be asked: declared parameters, checked strictly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from deploy.sandbox.exchange import JSON_TYPE, Call, unique
from deploy.sandbox.plentific.formats import day, uuid_text

DEFAULT_LIMIT = 100
MAX_LIMIT = 200

Check = Callable[[str], Any]  # a parameter's text to its value; ValueError when it is wrong


@dataclass(frozen=True, slots=True)
class Request:
    """A checked request: path parameters, parsed query parameters, the page asked for."""

    call: Call
    params: Mapping[str, str]
    query: Mapping[str, Any]
    limit: int = DEFAULT_LIMIT
    offset: int = 0


class BadRequestError(Exception):
    """Answered with 400 and its text as `detail`."""


def text(value: str) -> str:
    """Any text but none."""
    if not value:
        raise ValueError("must not be empty")
    return value


def one_of(values: tuple[str, ...]) -> Check:
    """One of the documented values."""

    def check(value: str) -> str:
        if value not in values:
            raise ValueError(f"must be one of {', '.join(values)}")
        return value

    return check


DATES: Mapping[str, Check] = {"created_from": day, "created_to": day}
ORGANISATION: Mapping[str, Check] = {"organisation_uuid": uuid_text}


def check_request(
    call: Call, params: Mapping[str, str], checks: Mapping[str, Check], *, paged: bool
) -> Request:
    """Check a call against the declared query parameters; raises BadRequestError."""
    query: dict[str, Any] = {}
    try:
        given = unique(call.query)
    except ValueError as error:
        raise BadRequestError(str(error)) from error
    for name, value in given.items():
        if name not in checks:
            raise BadRequestError(f"Unknown query parameter {name}.")
        try:
            query[name] = checks[name](value)
        except ValueError as error:
            raise BadRequestError(f"{name}: {error}.") from error
    if not paged:
        return Request(call, params, query)
    limit = _page_header(call, "X-Pagination-Limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
    offset = _page_header(call, "X-Pagination-Offset", 0, 0, None)
    return Request(call, params, query, limit, offset)


def json_object(call: Call) -> dict[str, Any]:
    """The JSON object of the body; raises BadRequestError."""
    if call.media_type != JSON_TYPE:
        raise BadRequestError(f"Content-Type must be {JSON_TYPE}.")
    try:
        body = orjson.loads(call.body)
    except orjson.JSONDecodeError as error:
        raise BadRequestError("The body is not JSON.") from error
    if not isinstance(body, dict):
        raise BadRequestError("The body must be a JSON object.")
    return body


def _page_header(call: Call, name: str, default: int, least: int, most: int | None) -> int:
    value = call.headers.get(name.lower())
    if value is None:
        return default
    if not value.isascii() or not value.isdigit():
        raise BadRequestError(f"{name}: must be a whole number.")
    parsed = int(value)
    if parsed < least or (most is not None and parsed > most):
        raise BadRequestError(f"{name}: must be from {least} to {most or 'any number'}.")
    return parsed
