"""What all records share: field types, the lenient base for reading, the strict one for writing.

Reading keeps what it does not know; writing refuses what it cannot say. A resource's model is
then a list of fields (models.py), nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PlainSerializer,
    SerializationInfo,
    ValidationError,
    model_validator,
)

from adapters.essensys import formats, queries
from adapters.http.errors import Unsendable
from adapters.http.models import ProviderModel

MAX_TEXT = 255  # characters, the "Size" of nearly every string in the document

# Types of a field that is read. Absent, null, empty and "no date" are all None.

Key = Annotated[str, BeforeValidator(formats.read_id)]  # the record's own id
Id = Annotated[str | None, BeforeValidator(formats.read_id)]  # a reference; "0" is kept
Text = Annotated[str | None, BeforeValidator(formats.read_text)]
Number = Annotated[Decimal | None, BeforeValidator(formats.read_decimal)]
Percent = Annotated[Decimal | None, BeforeValidator(formats.read_percent)]
Flag = Annotated[bool | None, BeforeValidator(formats.read_flag)]
Instant = Annotated[AwareDatetime | None, BeforeValidator(formats.read_instant)]


def clean_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as facts: without `row_num` and the display twins, whitespace objects as text.

    Both move without the record moving (`row_num` is unstable, a twin changes when something
    else is renamed), so they must be in no fingerprint.
    """
    return {
        name: formats.read_text(value) if _is_whitespace(value) else value
        for name, value in row.items()
        if name != "row_num" and not name.startswith(("outputvalue_", "output_"))
    }


def _is_whitespace(value: Any) -> bool:
    return isinstance(value, Mapping) and "#significant-whitespace" in value


class Record(ProviderModel):
    """A record as read: typed where the document types it, unknown fields kept by their names."""

    @model_validator(mode="before")
    @classmethod
    def _clean(cls, row: Any) -> Any:
        return clean_row(row) if isinstance(row, Mapping) else row

    def __repr_args__(self) -> list[tuple[str, Any]]:
        """Nothing but the id: records hold personal data and, here and there, passwords."""
        return [(name, getattr(self, name)) for name in list(type(self).model_fields)[:1]]

    @property
    def unknown(self) -> Mapping[str, Any]:
        """The fields that the model does not declare, as they came."""
        return self.model_extra or {}


# Types of a field that is written, each with the text that essensys wants.


@dataclass(frozen=True, slots=True)
class WriteContext:
    """What a value needs beside itself to become text: the clock's zone, the currency's code."""

    zone: tzinfo
    currency: str | None = None


def _in_zone(value: datetime, info: SerializationInfo[WriteContext]) -> str:
    assert info.context is not None
    return formats.write_wall_time(value, info.context.zone)


def _in_currency(value: Decimal, info: SerializationInfo[WriteContext]) -> str:
    assert info.context is not None
    assert info.context.currency is not None
    return formats.write_money(value, info.context.currency)


def _writable_id(value: str) -> str:
    if not value.isprintable() or not value.strip():
        raise ValueError("is no id")
    return value


def _presentable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("has characters that cannot be printed on an invoice")
    if value != value.strip():
        raise ValueError("has blanks at its ends")
    return queries.check_quotable(value)  # else it could not be looked up again


def _amount(value: Decimal) -> Decimal:
    formats.write_amount(value)
    return value


def _currency(value: str) -> str:
    formats.currency_symbol(value)
    return value


WrittenId = Annotated[str, AfterValidator(_writable_id)]
WrittenText = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_presentable)]
Quantity = Annotated[Decimal, Field(gt=0), PlainSerializer(formats.write_decimal)]
Money = Annotated[Decimal, AfterValidator(_amount), PlainSerializer(_in_currency)]
PlainMoney = Annotated[Decimal, AfterValidator(_amount), PlainSerializer(formats.write_amount)]
CurrencyCode = Annotated[str, AfterValidator(_currency), Field(exclude=True)]  # chooses the symbol
WallTime = Annotated[AwareDatetime, PlainSerializer(_in_zone)]
Day = Annotated[date, PlainSerializer(formats.write_day)]
WrittenFlag = Annotated[bool, PlainSerializer(formats.write_flag)]
WrittenPercent = Annotated[Decimal, PlainSerializer(formats.write_percent)]


class PutModel(BaseModel):
    """A record to write: what cannot be written cannot be built. Raises Unsendable, in one line."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, serialize_by_alias=True)

    @model_validator(mode="wrap")
    @classmethod
    def _refuse(cls, values: Any, build: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return build(values)
        except ValidationError as error:
            raise Unsendable(f"{cls.__name__}: {one_line(error)}") from error

    def to_wire(self, zone: tzinfo) -> dict[str, str]:
        """The item of a PUT: their names, every value a text, times on a clock in `zone`."""
        context = WriteContext(zone, getattr(self, "currency", None))
        return self.model_dump(exclude_none=True, context=context)


def one_line(error: ValidationError) -> str:
    """What pydantic found, on one line: field and reason, without the whole input."""
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc']) or 'record'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_context=False, include_input=False)
    )
