"""Whatever a body to be written is built of, it is refused, or built and then sendable."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

import adapters
from adapters.http.errors import Unsendable
from adapters.http.requests import RequestModel
from tests.adapters.contract import catalogue
from tests.adapters.contract.calls import TOKEN, declaration
from tests.adapters.contract.test_responses import named
from tests.adapters.http.bad_answers import mistyped

JUNK: tuple[Any, ...] = (
    *(None, True, -1, 10**400, 1.5, float("nan"), Decimal("NaN"), Decimal("1E+999999"), b"\xff"),
    *("", " ", "x" * 5000, "\x00", "\ud800", "2026-02-30", "{", "[1", "-0", "٣"),
    *((), [], {}, {"": None}, [[]], (None,), object(), object, date.min, time.max),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
)


def bodies() -> list[type[RequestModel]]:
    """Every model of something to be written, of all providers."""
    for module in pkgutil.walk_packages(adapters.__path__, "adapters."):
        if ".models" in module.name:
            importlib.import_module(module.name)
    return sorted(below(RequestModel), key=lambda one: (one.__module__, one.__qualname__))


def below(model: type[RequestModel]) -> set[type[RequestModel]]:
    found = set(model.__subclasses__())
    return {one for one in found.union(*map(below, found)) if ".models" in one.__module__}


def names(model: type[RequestModel]) -> Iterator[str]:
    """What a field may be given by: its alias, or where it has none its name."""
    for name, field in model.model_fields.items():
        yield field.alias or name


def refused(build: Callable[..., RequestModel], *args: Any, **given: Any) -> bool:
    """Whether it is refused, in one line; nothing but a refusal is caught."""
    try:
        json.dumps(build(*args, **given).to_wire()).encode()
    except Unsendable as error:
        return len(str(error).splitlines()) == 1
    return False


def test_there_is_a_body_of_every_provider() -> None:
    assert {one.__module__.split(".")[1] for one in bodies()} == {
        "plentific",
        "facilitee",
        "planiso",
        "essensys",
    }


@pytest.mark.parametrize("model", bodies(), ids=lambda one: f"{one.__module__[9:]}.{one.__name__}")
def test_a_body_of_junk_is_built_or_refused(model: type[RequestModel]) -> None:
    ended = [refused(model, **dict.fromkeys(names(model), junk)) for junk in JUNK]
    ended += [refused(model.model_validate, junk) for junk in JUNK]

    assert any(ended)
    assert refused(model, **{"no such field": 1})


@pytest.mark.skipif(not catalogue.PRESENT, reason="the documents are not here")
@pytest.mark.parametrize(("provider", "name"), [one for one in named("request") if one[1] != TOKEN])
def test_a_documented_body_with_one_value_of_another_type_is_built_or_refused(
    provider: str, name: str
) -> None:
    model = declaration(provider, name).body
    ended = [
        refused(model.model_validate_json, wrong.raw.partition(b"\r\n\r\n")[2])
        for wrong in mistyped(catalogue.example(provider, f"{name}.request"))
    ]

    assert any(ended)
