"""The documented bodies of essensys: texts to typed values and back to what they mean."""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, SecretStr

from adapters.essensys.client import EssensysClient
from tests.adapters.contract import catalogue

ZONE = ZoneInfo("Europe/London")


def puts() -> list[tuple[str, str]]:
    """Path and kind of every documented PUT body."""
    return [
        (path, kind)
        for path, _, kind in (name.partition(".") for name in catalogue.examples("essensys"))
        if kind in ("put_min", "put_full", "put_curl")
    ]


def client_for(client: Any, path: str) -> tuple[Any, Any]:
    """The resource of a client by its documented path, and its declaration."""
    name = attribute_of(path)
    return getattr(client, name), getattr(EssensysClient, name)


def declared_resource(path: str) -> Any:
    """The declaration of a resource by its documented path."""
    return getattr(EssensysClient, attribute_of(path))


def attribute_of(path: str) -> str:
    """The name that a resource has on the client."""
    for name in dir(EssensysClient):
        if getattr(getattr(EssensysClient, name), "path", None) == path:
            return name
    raise LookupError(f"no resource has the path {path}")


def filled(model: Any, item: Mapping[str, Any]) -> dict[str, Any]:
    """A documented item with an id in each needed place that the document leaves blank."""
    needed = {
        field.serialization_alias or field.alias or name
        for name, field in model.model_fields.items()
        if field.is_required()
    }
    return {key: value or "1" if key in needed else value for key, value in item.items()}


def typed(model: Any, item: Mapping[str, Any]) -> Any:
    """The typed record to write that a documented item is; empty texts are left out."""
    hints = typing.get_type_hints(model)
    names = {
        field.serialization_alias or field.alias or name: name
        for name, field in model.model_fields.items()
    }
    given = {names[key]: _value(hints[names[key]], value) for key, value in item.items() if value}
    if "currency" in model.model_fields:
        given["currency"] = "GBP"
    return model(**given)


def sent_item(form: Mapping[str, str], key: str) -> dict[str, Any]:
    """The one item of a PUT's form."""
    ((sent_key, (item,)),) = json.loads(form["data"]).items()
    assert sent_key == key
    return dict(item)


def written(item: Mapping[str, Any], formats: Mapping[str, str]) -> dict[str, Any]:
    """An item by what its texts mean; an empty text is as good as none."""
    spelt = {name.lower(): form for name, form in formats.items()}
    return {name: _meant(value, spelt[name]) for name, value in item.items() if value}


def _value(hint: Any, text: Any) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _value(args[0], text)
    if origin in (typing.Union, UnionType):
        return _value(next(one for one in args if one is not type(None)), text)
    if origin is tuple:
        return tuple(part.strip() for part in text.split(","))
    convert = VALUES.get(hint)
    return convert(text) if convert else text


def _decimal(text: str) -> Decimal:
    return Decimal(re.sub(r"[£,%]", "", text))


def _day(text: str) -> date:
    day, month, year = text.split("/")
    return date(int(year), int(month), int(day))


def _moment(text: str) -> datetime:
    day, _, clock = text.partition(" ")
    hour, minute = clock.split(":") if clock else ("0", "0")
    on = _day(day)
    return datetime(on.year, on.month, on.day, int(hour), int(minute), tzinfo=ZONE)


VALUES: Mapping[Any, Any] = {
    Decimal: _decimal,
    int: lambda text: int(_decimal(text)),
    bool: lambda text: text.lower() in ("true", "1"),
    date: _day,
    datetime: _moment,
    AwareDatetime: _moment,
    SecretStr: SecretStr,
}


def _meant(value: Any, form: str) -> Any:
    if not isinstance(value, str):
        return value
    if "date" in form:
        return _moment(value)
    if form == "multi-select, comma separated":
        return tuple(part.strip() for part in value.split(","))
    if form.startswith(("number", "currency", "decimal", "percent")) and re.fullmatch(
        r"£?[\d.,]+%?", value
    ):
        return _decimal(value)
    return value
