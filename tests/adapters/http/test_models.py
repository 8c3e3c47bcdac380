from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

import httpx
import pytest
from prometheus_client import REGISTRY

from adapters.http.call import Answer
from adapters.http.errors import MalformedAnswer, ProviderError
from adapters.http.models import (
    Instant,
    Known,
    Many,
    ProviderModel,
    parse,
    unknown_fields,
    unknown_values,
)


class Part(ProviderModel):
    amount: Decimal | None = None


class Thing(ProviderModel):
    uuid: str
    status: Annotated[str | None, Known("new", "done")] = None
    at: Instant | None = None
    day: date | None = None
    parts: Many[Part] = ()
    rules: Annotated[Many[str], Known("A", "B")] = ()


def complain(detail: str) -> ProviderError:
    return MalformedAnswer("test", "get_thing", detail)


ANSWER = Answer(200, httpx.Headers(), None, b"", complain)


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2023-01-19T08:10:58Z", 0),
        ("2023-01-19 08:10:58+00:00", 0),
        ("2023-01-19 08:10:58.051000+00:00", 51000),
        ("2023-01-19T08:10:58.538216Z", 538216),
        ("2023-01-19T09:10:58+01:00", 0),
        ("2023-01-19T08:10:58", 0),
    ],
)
def test_every_documented_spelling_of_a_time_is_an_instant_in_utc(
    text: str, microsecond: int
) -> None:
    at = Thing(uuid="1", at=text).at

    assert at == datetime(2023, 1, 19, 8, 10, 58, microsecond, tzinfo=UTC)
    assert at.tzinfo is UTC


@pytest.mark.parametrize("text", ["0001-01-01T00:30:00+01:00", "9999-12-31T23:30:00-01:00"])
def test_a_time_at_the_edge_of_the_calendar_is_malformed(text: str) -> None:
    with pytest.raises(MalformedAnswer, match=r"Thing: at: .*outside of the calendar in UTC"):
        parse(Thing, {"uuid": "1", "at": text}, ANSWER, "test")


def test_numbers_are_taken_for_texts_and_null_for_an_empty_list() -> None:
    thing = Thing.model_validate({"uuid": 23100, "parts": None})

    assert thing.uuid == "23100"
    assert thing.parts == ()


def test_a_decimal_keeps_its_scale() -> None:
    thing = Thing.model_validate({"uuid": "1", "parts": [{"amount": Decimal("16.50")}]})

    assert str(thing.parts[0].amount) == "16.50"


def test_unknown_fields_and_values_are_kept_and_counted() -> None:
    raw = {
        "uuid": "1",
        "status": "frozen",
        "rules": ["A", "C", "D"],
        "new_field": {"x": 1},
        "parts": [{"amount": 1, "hue": "red"}, {"hue": "blue"}],
    }
    thing = parse(Thing, raw, ANSWER, "drifting")

    assert thing.status == "frozen"
    assert thing.model_extra == {"new_field": {"x": 1}}
    assert counted("tiebeam_unknown_fields_total", "Thing", "new_field") == 1
    assert counted("tiebeam_unknown_fields_total", "Part", "hue") == 2
    assert counted("tiebeam_unknown_values_total", "Thing", "status") == 1
    assert counted("tiebeam_unknown_values_total", "Thing", "rules") == 1


class Tree(ProviderModel):
    kind: Annotated[str | None, Known("leaf")] = None
    first: Tree | None = None
    others: Many[Tree] = ()
    named: Annotated[Part | str | None, "either"] = None


def test_unknown_fields_and_values_are_found_however_deep_a_model_holds_them() -> None:
    tree = Tree.model_validate(
        {
            "first": {"first": {"kind": "root", "hue": 1}},
            "others": [{"kind": "leaf"}, {"others": [{"kind": "twig", "size": 2}]}],
            "named": {"amount": 1, "depth": 3},
        }
    )

    assert list(unknown_values(tree)) == [("Tree", "kind"), ("Tree", "kind")]
    assert list(unknown_fields(tree)) == [("Tree", "hue"), ("Tree", "size"), ("Part", "depth")]


def test_known_fields_and_values_count_nothing() -> None:
    parse(Thing, {"uuid": "1", "status": "new", "rules": ["A"]}, ANSWER, "quiet")

    assert REGISTRY.get_sample_value(
        "tiebeam_unknown_values_total",
        {"connection": "quiet", "model": "Thing", "field": "status"},
    ) in (None, 0)


def test_what_does_not_fit_is_malformed_and_named_without_its_content() -> None:
    raw = {"uuid": "1", "parts": [{"amount": "jo@mail.example.com"}], "day": "x"}
    with pytest.raises(MalformedAnswer) as raised:
        parse(Thing, raw, ANSWER, "test")

    assert "Thing: parts.0.amount:" in str(raised.value) or "Thing: day:" in str(raised.value)
    assert "(2 problems)" in str(raised.value)
    assert "mail" not in str(raised.value)
    assert raised.value.__cause__ is None


def counted(metric: str, model: str, field: str) -> float | None:
    labels = {"connection": "drifting", "model": model, "field": field}
    return REGISTRY.get_sample_value(metric, labels)
