"""The ground types of every event: strict model, money, instants, open enums, their JSON form."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self, cast, get_args

import orjson
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    JsonValue,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

_DECIMAL_TEXT = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_DAY_TEXT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT_TEXT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_MOST_DIGITS = 40  # before or after the point; more is a mistake, and "1E+999999" fills the memory
_LONGEST_DECIMAL = 2 * _MOST_DIGITS + 2  # characters, with sign and point


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 time (a space for the T is accepted, as Plentific writes it).

    Returns:
        The aware time in UTC; digits beyond microseconds are cut off.

    Raises:
        ValueError: the text is no such time, has no offset, or falls outside the years 1 to 9999.
    """
    if not _INSTANT_TEXT.fullmatch(text):
        raise ValueError("not an RFC 3339 time with an offset")
    return _in_utc(datetime.fromisoformat(text.upper()))


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is UTC:
        return value
    if value.utcoffset() is None:
        raise ValueError("a time without a time zone is not an instant")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the years 1 to 9999 in UTC") from None


def format_instant(value: datetime) -> str:
    """Write an aware time as RFC 3339 in UTC with `Z`; microseconds only when there are any.

    Raises:
        ValueError: the time is naive, or falls outside the years 1 to 9999 in UTC.
    """
    return _in_utc(value).replace(tzinfo=None).isoformat() + "Z"


def snake_case(text: str) -> str:
    """Write a word in lower snake case: `LABOUR` is `labour`, `ToBeAssigned` `to_be_assigned`."""
    return _NOT_A_WORD.sub("_", _WORD_START.sub("_", text).lower()).strip("_")


def format_money(value: Decimal) -> str:
    """Write an amount with two places at least and all that it has: never rounded, no exponent."""
    text = _plain(value)
    whole, _, places = text.partition(".")
    return f"{whole}.{places:0<2}"


def format_quantity(value: Decimal) -> str:
    """Write a number that is no money in its shortest exact form: `1`, `2.5`, `20`."""
    text = _plain(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(value: Decimal) -> str:
    return format(abs(value) if value.is_zero() else value, "f")


def _read_decimal(value: object) -> Decimal:
    if isinstance(value, str) and _DECIMAL_TEXT.fullmatch(value) and len(value) <= _LONGEST_DECIMAL:
        return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**_MOST_DIGITS:
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite():
        if abs(value.adjusted()) < _MOST_DIGITS and _exponent(value) > -_MOST_DIGITS:
            return value
        raise ValueError(f"a decimal of more than {_MOST_DIGITS} digits before or after the point")
    raise ValueError("expected a Decimal, a whole number or a plain decimal text; never a float")


def _exponent(value: Decimal) -> int:
    return cast("int", value.as_tuple().exponent)  # a finite number's exponent is an int


def _read_instant(value: object) -> datetime:
    if isinstance(value, str):
        return parse_instant(value)
    if isinstance(value, datetime):
        return _in_utc(value)
    raise ValueError("expected an aware datetime or an RFC 3339 text with an offset")


def _read_day(value: object) -> date:
    if isinstance(value, str) and _DAY_TEXT.fullmatch(value):
        return date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("expected a date or a YYYY-MM-DD text")


def _read_code(value: object) -> object:
    """Codes are text with us, numbers in some answers (`account_code` of a Plentific invoice)."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value)
    return value


def _read_flag(value: object) -> bool | None:
    """Custom fields hold flags as text; what is no flag is unknown, not an error."""
    if isinstance(value, bool):
        return value
    return {"1": True, "true": True, "yes": True, "y": True}.get(
        text := str(value).strip().lower(),
        {"0": False, "false": False, "no": False, "n": False}.get(text),
    )


def _read_words(value: object) -> object:
    if isinstance(value, list | tuple):
        return tuple(snake_case(str(word)) for word in value)
    return () if value is None else value


def _nothing_as_empty(value: object) -> object:
    return {} if value is None else value


Money = Annotated[
    Decimal,
    BeforeValidator(_read_decimal),
    PlainSerializer(format_money, return_type=str, when_used="json"),
    WithJsonSchema(
        {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2,}$", "examples": ["66.00", "0.125"]}
    ),
]
"""An amount; its currency stands beside it. JSON: text of a decimal, two places at least, exact."""

Quantity = Annotated[
    Decimal,
    BeforeValidator(_read_decimal),
    PlainSerializer(format_quantity, return_type=str, when_used="json"),
    WithJsonSchema(
        {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]*[1-9])?$", "examples": ["1", "2.5"]}
    ),
]
"""A number that is no money (count, percent). JSON: text of a decimal without trailing zeros."""

Instant = Annotated[
    datetime,
    BeforeValidator(_read_instant),
    PlainSerializer(format_instant, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?Z$",
        }
    ),
]
"""An aware time, held in UTC. JSON: RFC 3339 with `Z`, microseconds only when there are any."""

Day = Annotated[
    date, BeforeValidator(_read_day), WithJsonSchema({"type": "string", "format": "date"})
]
"""A calendar day, in the provider's own calendar. JSON: YYYY-MM-DD."""

Code = Annotated[str, BeforeValidator(_read_code)]
"""A code that is text with us even where a provider sends a number."""

Flag = Annotated[bool | None, BeforeValidator(_read_flag)]
"""Yes, no, or None where a custom field holds something else."""

Words = Annotated[tuple[str, ...], BeforeValidator(_read_words)]
"""Words of an open set, each in lower snake case."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""An ISO 4217 code, such as `GBP`."""

Metadata = Annotated[dict[str, JsonValue], BeforeValidator(_nothing_as_empty)]
"""Custom key-value pairs as the provider holds them; none at all is an empty object."""

Previous = dict[str, JsonValue] | None
"""Each changed field with its old JSON value; None on creation."""


class OpenEnum(StrEnum):
    """A provider's set of values, which may grow: a subclass has a member `OTHER = "other"`.

    A model field `x` of such a type needs a field `x_raw: str | None = None` beside it: a value
    that we do not know becomes `other`, and its own text stays in `x_raw`, so that no new provider
    value can stop an event. No value at all, where there must be one, is `other` without a text.
    """

    @classmethod
    def read(cls, value: object) -> tuple[Self, str | None]:
        """Find the member for a provider's value, and keep the raw text where we do not know it."""
        if isinstance(value, cls):
            return value, None
        if value is None:
            return cls("other"), None
        raw = str(value)
        try:
            return cls(snake_case(raw)), None
        except ValueError:
            return cls("other"), raw


class EventModel(BaseModel):
    """A part of an event: frozen, no unknown fields, no float for money, no naive times."""

    model_config = ConfigDict(
        defer_build=True,
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        hide_input_in_errors=True,  # it may be about people, and errors end in logs
        json_schema_serialization_defaults_required=True,
    )

    _open_enums: ClassVar[dict[str, tuple[type[OpenEnum], bool]]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Note which fields are open enums; without its `_raw` field the model is a mistake."""
        super().__pydantic_init_subclass__(**kwargs)
        cls._open_enums = {}
        for name, field in cls.model_fields.items():
            options = get_args(field.annotation) or (field.annotation,)
            for option in options:
                if isinstance(option, type) and issubclass(option, OpenEnum):
                    cls._open_enums[name] = (option, type(None) in options)
                    if f"{name}_raw" not in cls.model_fields:
                        raise TypeError(
                            f"{cls.__name__}.{name} needs {name}_raw: str | None beside it"
                        )

    @model_validator(mode="before")
    @classmethod
    def _keep_unknown_values(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or not cls._open_enums:
            return data
        read = dict(data)
        for name, (enum, nullable) in cls._open_enums.items():
            if name not in read or (nullable and read[name] is None):
                continue
            read[name], raw = enum.read(read[name])
            if raw is not None:
                read[f"{name}_raw"] = raw
        return read


def json_form(model: EventModel) -> dict[str, JsonValue]:
    """Give the model as its JSON object in Python values: what a subscriber will read."""
    return model.model_dump(mode="json")


def to_json(model: EventModel) -> bytes:
    """Write the model as JSON bytes with sorted keys: equal models give equal bytes."""
    return orjson.dumps(json_form(model), option=orjson.OPT_SORT_KEYS)


def changed_fields(
    old: Mapping[str, JsonValue], new: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """Give `previous`: each top-level field whose JSON value differs, with its old value.

    Both are JSON forms of the same entity (see `json_form`). A field that only one of them has is
    no change: it came to or left our model between two releases, and the provider did nothing.
    """
    return {
        name: value for name, value in old.items() if name in new and not _same(value, new[name])
    }


def _same(old: JsonValue, new: JsonValue) -> bool:
    if type(old) is type(new) and isinstance(old, str | int | None):
        return old == new  # most fields: nothing is to be written for them
    return _canonical(old) == _canonical(new)


def _canonical(value: JsonValue) -> bytes:
    """Compare as JSON, where `1` and `true` differ, unlike in Python."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
