"""The strict base of what is written: what the provider's document forbids cannot be built."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    PlainSerializer,
    SecretStr,
    ValidationError,
)
from pydantic_core import core_schema

from adapters.http.call import NO_TEXT, is_text
from adapters.http.errors import Unsendable

_building: ContextVar[bool] = ContextVar("building a request", default=False)
_WITHOUT_TEXT = frozenset((NoneType, bool, int, float, Decimal, datetime, date))


class RequestModel(BaseModel):
    """The body of a request, or a part of it.

    Built, it is sendable: unknown fields, missing ones, other types and values that the document
    excludes raise Unsendable, in one line with the field and the rule. What is not given is not
    sent; what is given as None is sent as null, where the document has null.
    """

    model_config = ConfigDict(
        defer_build=True,
        extra="forbid",
        frozen=True,
        strict=True,
        validate_by_name=True,
        serialize_by_alias=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """The model's schema, around it what refuses: around every validator of a subclass too."""
        return core_schema.no_info_wrap_validator_function(cls._refuse, handler(source))

    @classmethod
    def _refuse(cls, values: Any, build: Callable[[Any], Any]) -> Any:
        if _building.get():  # a part of another body: the whole one says where the part stands
            return build(values)
        token = _building.set(True)
        try:
            built = build(values)
        except ValidationError as error:
            raise Unsendable(f"{cls.__name__}: {one_line(error)}") from error
        finally:
            _building.reset(token)
        for place in _no_texts(built):
            raise Unsendable(f"{cls.__name__}: {place}: {NO_TEXT}")
        return built

    def to_wire(self) -> dict[str, Any]:
        """The body in the provider's names, as JSON types."""
        return self.model_dump(mode="json", exclude_unset=True)


def _no_texts(value: Any) -> Iterator[str]:
    """The places of what only looks like text, at every level."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, str):
        if not is_text(value):
            yield ""
        return
    for place, inner in _inside(value):
        if isinstance(place, str) and not is_text(place):
            yield "a name"
        if type(inner) in _WITHOUT_TEXT or (type(inner) is str and is_text(inner)):
            continue
        for below in _no_texts(inner):
            yield f"{place}.{below}".rstrip(".")


def _inside(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, BaseModel):
        return vars(value).items()
    if isinstance(value, Mapping):
        return value.items()
    return enumerate(value) if isinstance(value, tuple | list) else ()


def one_line(error: ValidationError) -> str:
    """What pydantic found, on one line: field and reason, without the input."""
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc']) or 'record'}: "
        f"{problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors(include_url=False, include_context=False, include_input=False)
    )


def _exact(value: Decimal) -> Decimal:
    if not value.is_finite() or Decimal(repr(float(value))) != value:
        raise ValueError(f"{value} has more digits than a JSON number carries safely")
    return value


JsonNumber = Annotated[Decimal, AfterValidator(_exact), PlainSerializer(float)]
"""A decimal that is sent as a JSON number, and arrives as the same decimal."""


T = TypeVar("T")


def _given(value: T) -> T:
    if value is None:
        raise ValueError("cannot be null; leave it out")
    return value


Maybe = Annotated[T | None, AfterValidator(_given)]
"""A field that may be left out (`= None`) but is never null. One that may be null is `T | None`."""


# As providers write them; uuid.UUID takes braces and other spellings as well.
UUID_SHAPE = re.compile(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _uuid(value: str) -> str:
    if UUID_SHAPE.fullmatch(value) is None:
        raise ValueError("is not a UUID")
    return value


def _email(value: str) -> str:
    name, at, host = value.partition("@")
    if not name or not at or not host or any(character.isspace() for character in value):
        raise ValueError("is not an e-mail address")
    return value


UuidText = Annotated[str, AfterValidator(_uuid)]
EmailText = Annotated[str, AfterValidator(_email)]
