"""essensys queries: where, fields, startrecord and endrecord, read strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from operator import eq, ge, le
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.essensys.data import EssensysData
from deploy.sandbox.essensys.fields import Field
from deploy.sandbox.essensys.resource import BadRequestError

# A quote inside a value is taken doubled; how the real API wants it is not documented.
CONDITION = re.compile(r"\[(\w+)\](>=|<=|=)'((?:[^']|'')*)'")
OPERATORS = {"=": eq, ">=": ge, "<=": le}
DATE_FORMS = ("%Y", "%Y-%m", "%Y-%m-%d")

Condition = Callable[[EssensysData, Record], bool]


@dataclass(frozen=True, slots=True)
class Query:
    """A query as asked: conditions, wanted fields (None: all), range of records (0-based)."""

    conditions: tuple[Condition, ...]
    fields: tuple[Field, ...] | None
    start: int
    end: int | None


def parse_query(
    given: Mapping[str, str], fields: Iterable[Field], *, ignore_unknown: bool
) -> Query:
    """Read the parameters of a query; raises BadRequestError for anything not documented."""
    by_name = {field.name: field for field in fields}
    for name in given:
        if name not in ("where", "fields", "startrecord", "endrecord"):
            raise BadRequestError(f"unknown parameter {name}")
    conditions = (
        tuple(_conditions(given["where"], by_name, ignore_unknown)) if "where" in given else ()
    )
    wanted = tuple(_fields(given["fields"], by_name)) if "fields" in given else None
    start = _record_number("startrecord", given.get("startrecord", "1")) - 1
    end = _record_number("endrecord", given["endrecord"]) if "endrecord" in given else None
    if end is not None and end <= start:
        raise BadRequestError("endrecord is before startrecord")
    return Query(conditions, wanted, start, end)


def _conditions(
    where: str, by_name: Mapping[str, Field], ignore_unknown: bool
) -> Iterable[Condition]:
    position = 0
    while True:
        match = CONDITION.match(where, position)
        if match is None:
            raise BadRequestError(
                f"where is not [field]op'value' joined by AND: {where[position:]!r}"
            )
        name, operator, literal = match.groups()
        if name in by_name:
            yield _condition(by_name[name], operator, literal.replace("''", "'"))
        elif not ignore_unknown:
            raise BadRequestError(f"where: unknown field {name}")
        position = match.end()
        if position == len(where):
            return
        if not where.startswith("AND", position):
            raise BadRequestError(f"where: AND expected before {where[position:]!r}")
        position += len("AND")


def _condition(field: Field, operator: str, literal: str) -> Condition:
    compare = OPERATORS[operator]
    convert = CONVERT[field.kind]
    try:
        wanted = convert(literal)
    except (ValueError, InvalidOperation) as error:
        raise BadRequestError(f"where: {literal!r} does not suit {field.name}") from error

    def holds(data: EssensysData, record: Record) -> bool:
        value = field.value(data, record)
        try:
            return isinstance(value, str) and bool(compare(convert(value), wanted))
        except (ValueError, InvalidOperation):
            return False  # a placeholder that was taken where a number or date is expected

    return holds


def _instant(text: str) -> datetime:
    """A time, perhaps abbreviated to year, month or day: "2017", "2017-05-01"."""
    for form in DATE_FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


CONVERT: Mapping[str, Callable[[str], Any]] = {"text": str, "number": Decimal, "date": _instant}


def _fields(text: str, by_name: Mapping[str, Field]) -> Iterable[Field]:
    if not re.fullmatch(r"\[\w+(,\w+)*\]", text):
        raise BadRequestError("fields must be [field1,field2]")
    for name in text[1:-1].split(","):
        if name not in by_name:
            raise BadRequestError(f"fields: unknown field {name}")
        yield by_name[name]


def _record_number(name: str, text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,9}", text):
        raise BadRequestError(f"{name} must be a whole number from 1")
    return int(text)
