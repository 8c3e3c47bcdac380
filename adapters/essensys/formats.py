"""The texts of essensys: every JSON value is a string, and reads look different from writes.

Sources: "Datatypes" and "Dates" of the document for the types; its examples for what is really
sent and returned (reads are ISO 8601 and bare numbers, writes are dd/mm/yyyy and "£1.00").
Everything raises FormatError. Its message names a value of ours, but never one that was read: it
could be personal data in the wrong place, and messages go into logs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any, Final

from adapters.essensys.errors import FormatError

# Only the pound is documented; euro and dollar follow its rule. All have two decimal places.
CURRENCY_SYMBOLS: Final[Mapping[str, str]] = {"GBP": "£", "EUR": "€", "USD": "$"}
MONEY_PLACES: Final = 2

# What essensys stores where it has no date: account 1899-12-31, lead 2001-01-01.
NO_DATES: Final = frozenset({date(1899, 12, 31), date(2001, 1, 1)})

_NUMBER: Final = re.compile(
    r"(?P<sign>[+-]?)[£€$]?(?P<late_sign>[+-]?)(?P<whole>[0-9]+(?:,[0-9]+)*)(?P<part>\.[0-9]+)?"
)
_ISO: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_WRITTEN: Final = re.compile(
    r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})"
    r"(?: (?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?)?"
)
_FLAGS: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}


# Text and ids


def read_text(value: Any) -> str | None:
    """Text as it is; a whitespace object (`currentcharge.loggedby`) becomes its blanks."""
    if isinstance(value, Mapping):
        value = value.get("#significant-whitespace", value)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):  # a bool too: their texts are "true" and "false"
        return str(value).lower()
    raise FormatError(f"is not a text but a {type(value).__name__}")


def read_id(value: Any) -> str | None:
    """An id as text: ids may be negative and may have leading zeros; empty is none."""
    text = read_text(value)
    return text.strip() or None if text is not None else None


# Numbers


def read_decimal(value: Any) -> Decimal | None:
    """A number or an amount: "0.0000", "-3.6", "£33.50", "1,234.50"; empty is none.

    Commas mean nothing, wherever they stand: "1,2345" was sent and came back as "12345".
    """
    if isinstance(value, Decimal):
        value = str(value)
    text = _stripped(value)
    if not text:
        return None
    match = _NUMBER.fullmatch(text)
    if match is None or (match["sign"] and match["late_sign"]):
        raise FormatError("is not a number")
    digits = match["whole"].replace(",", "") + (match["part"] or "")
    return Decimal(match["sign"] + match["late_sign"] + digits)


def read_percent(value: Any) -> Decimal | None:
    """A percentage, with or without its sign. The scale is the field's own: taxrate 0.2 is 20 %."""
    text = _stripped(value)
    return read_decimal(text.removesuffix("%").rstrip() if text is not None else None)


def write_decimal(value: Decimal) -> str:
    """A plain decimal with a point: "1.5". No exponent, no superfluous zeros, never a comma."""
    if not value.is_finite():
        raise FormatError(f"{value} is not finite")
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_amount(value: Decimal) -> str:
    """An amount without a symbol: "5.00" (batchchargesheet). At most two decimals, not negative."""
    text = write_decimal(value)
    if text.startswith("-"):
        raise FormatError(f"{value} is negative: how to write that is not documented")
    whole, _, part = text.partition(".")
    if len(part) > MONEY_PLACES:
        raise FormatError(f"{value} has more than {MONEY_PLACES} decimals")
    return f"{whole}.{part:0<{MONEY_PLACES}}"


def write_money(value: Decimal, currency: str) -> str:
    """An amount with the symbol of its ISO 4217 currency: "£1.00" (chargesheet)."""
    return currency_symbol(currency) + write_amount(value)


def currency_symbol(currency: str) -> str:
    """The symbol that stands before an amount in this ISO 4217 currency."""
    try:
        return CURRENCY_SYMBOLS[currency]
    except KeyError:
        known = ", ".join(CURRENCY_SYMBOLS)
        raise FormatError(f"currency {currency!r} has no known symbol; known are {known}") from None


def write_percent(value: Decimal) -> str:
    """A percentage with its sign: "100%"."""
    return write_decimal(value) + "%"


# Flags


def read_flag(value: Any) -> bool | None:
    """A boolean: "true", "false" in any case, "0" or "1"; empty is none."""
    text = read_text(value)
    if text is None or not text.strip():
        return None
    try:
        return _FLAGS[text.strip().lower()]
    except KeyError:
        raise FormatError("is not a boolean") from None


def write_flag(value: bool) -> str:
    """A boolean as the PUT examples have it: "True", "False"."""
    return "True" if value else "False"


# Dates and times


def read_instant(value: Any) -> datetime | None:
    """An ISO 8601 date and time, aware; a "no date" sentinel or empty is none.

    The offset is kept as it came: a date-only field is a local midnight, and in UTC it would be
    the day before. A time without offset (answers to a PUT) is UTC, as it equals `datetimeutc`.
    """
    if isinstance(value, datetime):
        value = value.isoformat()
    text = _stripped(value)
    if not text:
        return None
    text = re.sub(r":\s+", ":", text)  # "2017-08-08T13: 53:21+00:00" is in the document
    try:
        if _ISO.fullmatch(text) is None:
            raise ValueError  # noqa: TRY301 -- fromisoformat takes more than the document has
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise FormatError("is not an ISO 8601 time") from None
    if moment.date() in NO_DATES and moment.time() == time.min:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    _in(UTC, aware)  # whoever compares it will need that
    return aware


def read_server_time(value: Any) -> datetime:
    """`datetimeutc` of an answer, "06/07/2017 16:02:02": the provider's clock, UTC."""
    return read_wall_time(value, UTC)


def write_day(value: date) -> str:
    """A day as dd/mm/yyyy."""
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def read_day(value: Any) -> date:
    """A day as it was written, dd/mm/yyyy or d/m/yyyy."""
    match = _WRITTEN.fullmatch(str(value).strip())
    if match is None or match["hour"]:
        raise FormatError("is not dd/mm/yyyy")
    return _wall(match, UTC).date()


def write_wall_time(value: datetime, zone: tzinfo) -> str:
    """A moment as dd/mm/yyyy HH:MM on a clock in `zone`. The format has no seconds: they are cut.

    The zone of written times is not documented. In the hour that autumn repeats, two moments
    give the same text.
    """
    if value.tzinfo is None:
        raise FormatError(f"{value.isoformat()} has no time zone")
    local = _in(zone, value)
    return f"{write_day(local)} {local.hour:02d}:{local.minute:02d}"


def read_wall_time(value: Any, zone: tzinfo) -> datetime:
    """A moment as it was written, dd/mm/yyyy HH:MM with or without seconds, aware in `zone`."""
    match = _WRITTEN.fullmatch(str(value).strip())
    if match is None or not match["hour"]:
        raise FormatError("is not dd/mm/yyyy HH:MM")
    return _wall(match, zone)


def same_minute(written: datetime, read: datetime, zone: tzinfo) -> bool:
    """Whether a time that was read can be the one that was written, to the minute.

    Business times may come back as true moments or as wall time labelled +00:00 (inferred, see
    chargesheet 452326: dateto an hour after its creation in a London July); both count.
    """
    wall = written.astimezone(zone).replace(tzinfo=None)
    face = read.replace(tzinfo=None)
    return _minute(written.astimezone(UTC)) == _minute(read.astimezone(UTC)) or _minute(
        wall
    ) == _minute(face)


def _in(zone: tzinfo, moment: datetime) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:
        raise FormatError("is outside of the calendar") from None


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _wall(match: re.Match[str], zone: tzinfo) -> datetime:
    parts = {name: int(digits or 0) for name, digits in match.groupdict().items()}
    try:
        return datetime(**parts, tzinfo=zone)
    except ValueError:
        raise FormatError("is no day of the calendar") from None


def _stripped(value: Any) -> str | None:
    text = read_text(value)
    return text.strip() if text is not None else None
