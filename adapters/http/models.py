"""The lenient base of provider models, and the count of what they do not know."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from adapters.http import drift, metrics
from adapters.http.call import Answer

T = TypeVar("T")


class ProviderModel(BaseModel):
    """What a provider sent, typed as far as we know it.

    Lenient on purpose: an unknown field is kept and counted, a number is taken where a text is
    documented, so that what a provider adds never stops a poll.
    """

    model_config = ConfigDict(
        defer_build=True,  # hundreds of models, of which a process uses some
        extra="allow",
        frozen=True,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,  # it may be about people, and errors end in logs
    )


M = TypeVar("M", bound=ProviderModel)


@dataclass(frozen=True)
class Detail(Generic[M]):
    """One thing: as sent (in full answers, numbers with a point are Decimal), and typed."""

    raw: dict[str, Any] = field(repr=False)
    model: M = field(repr=False)


@dataclass(frozen=True)
class Known:
    """Marks a text field by its documented values; others are kept and counted.

    Used as `status: Annotated[str | None, Known("new", "done")]`, on a tuple for its elements.
    """

    values: frozenset[str]

    def __init__(self, *values: str) -> None:
        object.__setattr__(self, "values", frozenset(values))


def in_utc(value: datetime) -> datetime:
    """The same moment by the clock of UTC.

    Raises:
        ValueError: by that clock it is outside of the calendar.
    """
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside of the calendar in UTC") from None


def _aware(value: datetime) -> datetime:
    # Every documented time has an offset; one without is taken for UTC, as the others are.
    return in_utc(value) if value.tzinfo else value.replace(tzinfo=UTC)


Instant = Annotated[datetime, AfterValidator(_aware)]
"""A time of a provider, aware, UTC, whatever its offset and spelling."""

Many = Annotated[tuple[T, ...], BeforeValidator(lambda value: () if value is None else value)]
"""A list of a provider; null is an empty one."""


def parse(model: type[M], raw: Any, answer: Answer, connection: str) -> M:
    """The typed form of a part of an answer, with unknown fields and values counted.

    Raises:
        MalformedAnswer: it does not fit the model (`Ambiguous` where the call was a write).
    """
    try:
        return typed(model, raw, connection)
    except ValidationError as error:
        # Without the input: it may be personal data, and this text goes into logs.
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "the body"
        message = f"{model.__name__}: {where}: {first['msg']} ({error.error_count()} problems)"
        complaint = answer.unreadable(message)
        complaint.misfit = True
        raise complaint from None


def typed(model: type[M], raw: Any, connection: str) -> M:
    """The typed form of what a provider sent, with unknown fields and values counted.

    Raises:
        pydantic.ValidationError: it does not fit the model.
    """
    parsed = model.model_validate(raw)
    count_unknown(parsed, connection)
    drift.WATCH.sample(connection, parsed, raw)
    return parsed


def count_unknown(parsed: ProviderModel, connection: str) -> None:
    """Count the fields and the enumeration values that the model does not know."""
    for part in _parts(parsed):
        model = type(part).__name__
        for name in part.model_extra or ():
            metrics.unknown_fields.labels(connection, model, name).inc()
            drift.WATCH.unknown(connection, model, name, drift.NEW_FIELD)
        for name in _fields_of_unknown_value(part):
            metrics.unknown_values.labels(connection, model, name).inc()
            drift.WATCH.unknown(connection, model, name, drift.NEW_VALUE)


def unknown_fields(parsed: ProviderModel) -> Iterator[tuple[str, str]]:
    """Model and field name of each field that no model declares, in nested models too."""
    for part in _parts(parsed):
        for name in part.model_extra or ():
            yield type(part).__name__, name


def unknown_values(parsed: ProviderModel) -> Iterator[tuple[str, str]]:
    """Model and field name of each value that is not a documented one."""
    for part in _parts(parsed):
        for name in _fields_of_unknown_value(part):
            yield type(part).__name__, name


def _fields_of_unknown_value(part: ProviderModel) -> Iterator[str]:
    for name, known in _shape(type(part)).known:
        value = getattr(part, name)
        given = value if isinstance(value, tuple) else (value,)
        if any(one is not None and one not in known for one in given):
            yield name


def _parts(parsed: ProviderModel) -> Iterator[ProviderModel]:
    """The model and every model in it."""
    yield parsed
    for name in _shape(type(parsed)).nesting:
        value = getattr(parsed, name)
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, ProviderModel):
                yield from _parts(child)


@dataclass(frozen=True)
class _Shape:
    """What there is to look at in a model: enumerations, and fields that hold models."""

    known: tuple[tuple[str, frozenset[str]], ...]
    nesting: tuple[str, ...]


@functools.cache
def _shape(model: type[ProviderModel]) -> _Shape:
    # Once for each class: every answer is looked through, and most fields hold neither.
    fields = model.model_fields.items()
    return _Shape(
        known=tuple(
            (name, mark.values)
            for name, info in fields
            for mark in info.metadata
            if isinstance(mark, Known)
        ),
        nesting=tuple(name for name, info in fields if _holds_models(info.annotation)),
    )


def _holds_models(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, ProviderModel):
        return True
    return any(_holds_models(inner) for inner in get_args(annotation))
