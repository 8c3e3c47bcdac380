"""How the fields of a PUT are written: every format that the document shows, checked strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from html import escape
from typing import Any

from deploy.sandbox.essensys.data import EssensysData

# Takes the data and the value given, text if it is not an object; returns what is stored.
# Raises ValueError when it is wrong.
Check = Callable[[EssensysData, Any], str]

STORED_DATE = "%Y-%m-%dT%H:%M:%S"
FOUR_PLACES = Decimal("0.0001")
UNRESOLVED = "0"  # how a reference to nothing reads
WHOLE = re.compile(r"-?\d+")


def takes_placeholders(data: EssensysData) -> bool:
    """Whether "Item from list" and the like are taken, as the document's examples have them."""
    return data.settings.unknown_references == "accept"


def label(size: int = 255) -> Check:
    """Text of at most `size` characters."""

    def check(_data: EssensysData, value: str) -> str:
        if len(value) > size:
            raise ValueError(f"is longer than {size} characters")
        return value

    return check


def reference(table: Callable[[EssensysData], Container[str]], what: str) -> Check:
    """The id of a record that exists."""

    def check(data: EssensysData, value: str) -> str:
        if takes_placeholders(data):
            return code(data, value)
        if value not in table(data):
            raise ValueError(f"there is no {what} {value!r}")
        return value

    return check


def references(table: Callable[[EssensysData], Container[str]], what: str) -> Check:
    """Several ids of records that exist, separated by commas."""
    one = reference(table, what)

    def check(data: EssensysData, value: str) -> str:
        if takes_placeholders(data):
            return value
        return ",".join(one(data, part.strip()) for part in value.split(","))

    return check


def code(data: EssensysData, value: str) -> str:
    """A whole number that stands for something: a code, or an id that cannot be looked up."""
    if WHOLE.fullmatch(value):
        return value
    if takes_placeholders(data):
        return UNRESOLVED
    raise ValueError(f"must be a whole number, not {value!r}")


def number(data: EssensysData, value: str) -> str:
    """A number with a point and without a thousands comma."""
    if takes_placeholders(data):
        value = value.replace(",", "")
    return decimal(data, value)


def boolean_or_code(data: EssensysData, value: str) -> str:
    """A boolean for which the document's example has a number, or a text as a placeholder."""
    if WHOLE.fullmatch(value):
        return value
    if takes_placeholders(data) and value not in ("True", "False"):
        return "false"
    return boolean(data, value)


def bit(data: EssensysData, value: str) -> str:
    """ "True" or "False", read back as "1" or "0"."""
    return str(int(boolean(data, value) == "true"))


def markup(data: EssensysData, value: Mapping[str, Any]) -> str:
    """HTML as an object of elements, read back as text."""
    parts = []
    for name, inner in value.items():
        if not isinstance(inner, str | dict):
            raise ValueError("must hold text or further elements")  # noqa: TRY004 - a wrong request
        content = escape(inner) if isinstance(inner, str) else markup(data, inner)
        parts.append(f"<{name}>{content}</{name}>")
    return "".join(parts)


def decimal(_data: EssensysData, value: str) -> str:
    """A decimal with a point: "1.5"."""
    if not re.fullmatch(r"-?\d+(\.\d+)?", value):
        raise ValueError(f"must be a decimal such as 1.5, not {value!r}")
    return plain(Decimal(value))


def money(_data: EssensysData, value: str) -> str:
    """An amount with its symbol: "£1.00"."""
    if not re.fullmatch(r"-?£\d+(\.\d{1,4})?", value):
        raise ValueError(f"must be an amount with its symbol such as £1.00, not {value!r}")
    return str(Decimal(value.replace("£", "")).quantize(FOUR_PLACES))


def bare_money(_data: EssensysData, value: str) -> str:
    """An amount without symbol: "5.00", as batchchargesheet takes it."""
    if not re.fullmatch(r"-?\d+(\.\d{1,4})?", value):
        raise ValueError(f"must be an amount such as 5.00, not {value!r}")
    return str(Decimal(value).quantize(FOUR_PLACES))


def date_time(_data: EssensysData, value: str) -> str:
    """A date and time: "22/7/2017 12:23"."""
    if not re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4} \d{2}:\d{2}", value):
        raise ValueError(f"must be a time such as 22/07/2017 12:23, not {value!r}")
    return _moment(value, "%d/%m/%Y %H:%M")


def date_only(_data: EssensysData, value: str) -> str:
    """A date: "22/10/2013"."""
    if not re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}", value):
        raise ValueError(f"must be a date such as 22/10/2013, not {value!r}")
    return _moment(value, "%d/%m/%Y")


def boolean(_data: EssensysData, value: str) -> str:
    """ "True" or "False", read back in lower case."""
    if value not in ("True", "False"):
        raise ValueError(f"must be True or False, not {value!r}")
    return value.lower()


def percent(_data: EssensysData, value: str) -> str:
    """A percentage: "100%"."""
    if not re.fullmatch(r"\d+(\.\d+)?%", value):
        raise ValueError(f"must be a percentage such as 100%, not {value!r}")
    return value.removesuffix("%")


def amount(value: object) -> Decimal:
    """A number or numeric text as an exact decimal; raises ValueError."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None


def plain(value: Decimal) -> str:
    """A decimal without needless zeros and without an exponent: 1.50 is "1.5"."""
    return f"{value.normalize():f}" if value else "0"


def _moment(value: str, form: str) -> str:
    try:
        # The zone is not documented; the example reads as if the site's wall time were kept.
        return datetime.strptime(value, form).strftime(STORED_DATE)  # noqa: DTZ007
    except ValueError:
        raise ValueError(f"{value!r} is not a day of the calendar") from None
