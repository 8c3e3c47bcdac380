"""What a Plentific operation may be asked: what its document declares, checked strictly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from deploy.sandbox.documented import Documented, FieldRule, check_body
from deploy.sandbox.exchange import JSON_TYPE, Call, unique
from deploy.sandbox.plentific.formats import day, uuid_text

DEFAULT_LIMIT = 100
MAX_LIMIT = 200
OWN_ERRORS = frozenset({"create_bulk_import"})  # whose wrong bodies are answered in another shape

Check = Callable[[str], Any]  # a parameter's text to its value; ValueError when it is wrong


@dataclass(frozen=True, slots=True)
class Request:
    """A checked request: path parameters, query parameters, the body, the page asked for."""

    call: Call
    operation: Documented
    params: Mapping[str, str]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    limit: int = DEFAULT_LIMIT
    offset: int = 0

    @property
    def uuids(self) -> list[str]:
        """The path parameters in their order."""
        return list(self.params.values())


class RefusedError(ValueError):
    """Answered with its status, and with its text as `detail` if it has one."""

    def __init__(self, status: int, detail: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def bad_request(message: object) -> RefusedError:
    """The refusal of a wrong request, in one line."""
    return RefusedError(400, str(message))


def check_request(call: Call, operation: Documented, params: Mapping[str, str]) -> Request:
    """Check a call against its document; raises RefusedError."""
    try:
        query = {
            name: _checked(operation.query, name, value)
            for name, value in unique(call.query).items()
        }
        body = _checked_body(call, operation)
    except ValueError as error:
        raise bad_request(f"{error}.") from error
    if not operation.paged:
        return Request(call, operation, params, query, body)
    limit = _page_header(call, "X-Pagination-Limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
    offset = _page_header(call, "X-Pagination-Offset", 0, 0, None)
    return Request(call, operation, params, query, body, limit, offset)


def accepts(call: Call, media_type: str) -> bool:
    """Whether the Accept header names this media type."""
    given = call.headers.get("accept", "").lower().split(",")
    return media_type in {one.partition(";")[0].strip() for one in given}


def _checked(rules: Mapping[str, FieldRule], name: str, value: str) -> Any:
    if name not in rules:
        raise ValueError(f"Unknown query parameter {name}")
    try:
        return _check_of(rules[name])(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _check_of(rule: FieldRule) -> Check:
    if rule.enum:
        return partial(_one_of, rule.enum)
    if rule.name.endswith("__in"):
        return _uuids
    return {"uuid": uuid_text, "date": day}.get(rule.format, _text)


def _one_of(values: tuple[str, ...], value: str) -> str:
    if value not in values:
        raise ValueError(f"must be one of {', '.join(values)}")
    return value


def _uuids(value: str) -> list[str]:
    # The document calls it several uuids and does not name what separates them.
    return [uuid_text(one) for one in value.split(",")]


def _text(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


def _checked_body(call: Call, operation: Documented) -> Mapping[str, Any]:
    if operation.body is None and call.body:
        raise ValueError("This operation takes no body")
    if operation.encoding != JSON_TYPE:
        return {}
    if call.media_type != JSON_TYPE:
        raise ValueError(f"Content-Type must be {JSON_TYPE}")
    try:
        body = orjson.loads(call.body)
    except orjson.JSONDecodeError as error:
        raise ValueError("The body is not JSON") from error
    if not isinstance(body, dict):
        raise ValueError("The body must be a JSON object")  # noqa: TRY004 - a wrong request
    if operation.name not in OWN_ERRORS:
        check_body(operation.body or {}, body)
    return body


def _page_header(call: Call, name: str, default: int, least: int, most: int | None) -> int:
    value = call.headers.get(name.lower())
    if value is None:
        return default
    if not value.isascii() or not value.isdigit():
        raise bad_request(f"{name}: must be a whole number.")
    parsed = int(value)
    if parsed < least or (most is not None and parsed > most):
        raise bad_request(f"{name}: must be from {least} to {most or 'any number'}.")
    return parsed
