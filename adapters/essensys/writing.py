"""What all records that are written share: the types of their fields and their strict base.

Formats are those of the PUT examples. "PUT (Full)" names the fields, "PUT (Minimum)" those that
must be given. Fields are called as in reads (records.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AliasGenerator,
    AwareDatetime,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    SecretStr,
    SerializationInfo,
    ValidationInfo,
)

from adapters.essensys import formats, queries
from adapters.essensys.records import wire_name
from adapters.http.requests import RequestModel


@dataclass(frozen=True, slots=True)
class WriteContext:
    """What a value needs beside itself to become text: the clock's zone, the currency's code."""

    zone: tzinfo
    currency: str | None = None


# What cannot be written


def _writable_id(value: str) -> str:
    if not value.isprintable() or not value.strip():
        raise ValueError("is no id")
    return value


def _own_id(value: str) -> str:
    return value and _writable_id(value)


def _line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("has characters that cannot be printed")
    return value


def _lines(value: str) -> str:
    if not all(character.isprintable() or character in "\t\r\n" for character in value):
        raise ValueError("has characters that cannot be printed")
    return value


def _reference(value: str) -> str:
    if value != value.strip():
        raise ValueError("has blanks at its ends")
    return queries.check_quotable(_line(value))  # else it could not be looked up again


def _url(value: str) -> str:
    if not value.startswith(("http://", "https://")) or " " in value:
        raise ValueError("is no address that begins with http:// or https://")
    return _line(value)


def _item(value: str) -> str:
    if not value.strip() or "," in value:
        raise ValueError("is no item of a list that is joined by commas")
    return _line(value)


def _amount(value: Decimal) -> Decimal:
    formats.write_amount(value)
    return value


def _money(value: Decimal, info: ValidationInfo) -> Decimal:
    # Not there at all means that it was refused by itself, or that it is required.
    if info.data.get("currency", "") is None:
        raise ValueError("needs a currency")
    return _amount(value)


def _moment(value: datetime) -> datetime:
    if not MINYEAR < value.year < MAXYEAR:  # in some zone it would be in no year at all
        raise ValueError("is at the edge of the calendar")
    return value


def _currency(value: str) -> str:
    formats.currency_symbol(value)
    return value


def _maybe_currency(value: str | None) -> str | None:
    return None if value is None else _currency(value)


# How it is written


def _in_zone(value: datetime, info: SerializationInfo[WriteContext]) -> str:
    assert info.context is not None
    return formats.write_wall_time(value, info.context.zone)


def _in_currency(value: Decimal, info: SerializationInfo[WriteContext]) -> str:
    assert info.context is not None
    assert info.context.currency is not None
    return formats.write_money(value, info.context.currency)


def _plain(value: Decimal | int) -> str:
    return formats.write_decimal(Decimal(value))


def _revealed(value: SecretStr, info: SerializationInfo[WriteContext | None]) -> str:
    return str(value) if info.context is None else value.get_secret_value()


WrittenId = Annotated[str, AfterValidator(_writable_id)]  # "Item from list", "Selected item"
OwnId = Annotated[str, AfterValidator(_own_id)]  # empty for a new record, as examples have it
Line = Annotated[str, AfterValidator(_line)]  # no size is documented
Line2 = Annotated[str, Field(max_length=2), AfterValidator(_line)]
Line10 = Annotated[str, Field(max_length=10), AfterValidator(_line)]
Line20 = Annotated[str, Field(max_length=20), AfterValidator(_line)]
Line30 = Annotated[str, Field(max_length=30), AfterValidator(_line)]
Line40 = Annotated[str, Field(max_length=40), AfterValidator(_line)]
Line50 = Annotated[str, Field(max_length=50), AfterValidator(_line)]
Line255 = Annotated[str, Field(max_length=255), AfterValidator(_line)]
Long = Annotated[str, AfterValidator(_lines)]  # "over multiple lines"
Long4000 = Annotated[str, Field(max_length=4000), AfterValidator(_lines)]
Long32767 = Annotated[str, Field(max_length=32767), AfterValidator(_lines)]
Long400000 = Annotated[str, Field(max_length=400000), AfterValidator(_lines)]
WrittenReference = Annotated[str, Field(max_length=255), AfterValidator(_reference)]
WrittenSecret = Annotated[SecretStr, PlainSerializer(_revealed)]  # in no repr and no dump
WrittenSecret50 = Annotated[SecretStr, Field(max_length=50), PlainSerializer(_revealed)]
WrittenSecret255 = Annotated[SecretStr, Field(max_length=255), PlainSerializer(_revealed)]
Url = Annotated[str, AfterValidator(_url)]
Url255 = Annotated[str, Field(max_length=255), AfterValidator(_url)]
WrittenHtml = Annotated[Mapping[str, JsonValue], Field(min_length=1)]  # {"strong": "html"}
Selection = Annotated[
    tuple[Annotated[str, AfterValidator(_item)], ...],
    Field(min_length=1),
    PlainSerializer(", ".join),
]
WrittenNumber = Annotated[Decimal | int, PlainSerializer(_plain)]
Quantity = Annotated[Decimal, Field(gt=0), PlainSerializer(formats.write_decimal)]
WrittenPercent = Annotated[Decimal, PlainSerializer(formats.write_percent)]
Money = Annotated[Decimal, AfterValidator(_money), PlainSerializer(_in_currency)]
PlainMoney = Annotated[Decimal, AfterValidator(_amount), PlainSerializer(formats.write_amount)]
WrittenFlag = Annotated[bool, PlainSerializer(formats.write_flag)]
WallTime = Annotated[AwareDatetime, AfterValidator(_moment), PlainSerializer(_in_zone)]
Day = Annotated[date, PlainSerializer(formats.write_day)]

# Which symbol stands before the amounts of a record. Declared before them: they ask for it.
CurrencyCode = Annotated[str, AfterValidator(_currency), Field(exclude=True)]
MaybeCurrency = Annotated[str | None, AfterValidator(_maybe_currency), Field(exclude=True)]


class PutModel(RequestModel):
    """A record to write. None is what is not said: it is not sent."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(serialization_alias=wire_name), defer_build=True
    )

    def to_wire(self, zone: tzinfo = UTC) -> dict[str, Any]:
        """The item of a PUT: their names, values as texts, times on a clock in `zone`."""
        context = WriteContext(zone, getattr(self, "currency", None))
        return self.model_dump(exclude_none=True, context=context)
