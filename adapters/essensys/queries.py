"""Query expressions, `where=[field]op'value'` and `fields=[a,b]`, that no value can break out of.

Source: "Queries" and "Fields" of the document. It shows the operators =, >= and <=, joined by AND.
It shows no escape for a quote, no OR, and no time of day in a date: such things raise Unsendable.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Final

from adapters.essensys.errors import FormatError
from adapters.essensys.formats import write_decimal, write_flag
from adapters.http.errors import Unsendable

Operand = str | int | bool | Decimal | date

_FIELD: Final = re.compile(r"[a-z0-9_]+")
# The quote, and what databases fold into one when they narrow Unicode to a code page.
_QUOTES: Final = frozenset("'\u2018\u2019\u02b9\u02bc\u02c8\u2032\uff07")


class Operator(Enum):
    """The comparisons that the document shows."""

    EQUALS = "="
    AT_LEAST = ">="
    AT_MOST = "<="


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. A reference field is compared by its id, not by its text."""

    field: str
    operator: Operator
    value: str

    def __str__(self) -> str:
        return f"[{self.field}]{self.operator.value}'{self.value}'"


@dataclass(frozen=True, slots=True)
class Where:
    """Conditions that all hold. Made by `equals`, `at_least`, `at_most`; joined by `&`."""

    conditions: tuple[Condition, ...]

    def __and__(self, other: Where) -> Where:
        return Where(self.conditions + other.conditions)

    def __str__(self) -> str:
        return "AND".join(str(condition) for condition in self.conditions)


def equals(field: str, value: Operand) -> Where:
    """`[field]='value'`. Raises Unsendable if field or value cannot be said safely."""
    return _where(field, Operator.EQUALS, value)


def at_least(field: str, value: Operand) -> Where:
    """`[field]>='value'`; a date is a whole day. Raises Unsendable as `equals` does."""
    return _where(field, Operator.AT_LEAST, value)


def at_most(field: str, value: Operand) -> Where:
    """`[field]<='value'`; a date is a whole day. Raises Unsendable as `equals` does."""
    return _where(field, Operator.AT_MOST, value)


def fields_list(names: Iterable[str]) -> str:
    """The `fields` parameter, `[a,b]`. Raises Unsendable for a name that is no field name."""
    return f"[{','.join(_checked_field(name) for name in names)}]"


def check_quotable(text: str) -> str:
    """The text itself if it can stand between quotes in a query, else FormatError says why not."""
    if any(character in _QUOTES for character in text):
        raise FormatError("contains a quote, which has no documented escape")
    if text.endswith("\\"):
        raise FormatError("ends in a backslash, which could escape the closing quote")
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text):
        raise FormatError("contains a control character")
    return text


def _where(field: str, operator: Operator, value: Operand) -> Where:
    name = _checked_field(field)
    try:
        text = check_quotable(_literal(value))
    except FormatError as error:
        raise Unsendable(f"query on {name}: {error}") from error
    return Where((Condition(name, operator, text),))


def _checked_field(name: str) -> str:
    if _FIELD.fullmatch(name) is None:
        raise Unsendable(f"query: {name!r:.80} is no field name (small letters, digits and _)")
    return name


def _literal(value: Operand) -> str:
    match value:
        case str():
            return value
        case bool():
            return write_flag(value).lower()  # as reads have it
        case int():
            return str(value)
        case Decimal():
            return write_decimal(value)
        case datetime():
            raise FormatError(f"{value.isoformat()} has a time of day, which is not documented")
        case date():
            return value.isoformat()
        case _:
            raise FormatError(f"cannot be compared with a {type(value).__name__}")
