"""Drift: new fields and values, fields that are suddenly empty, fields of another type."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

import httpx
import orjson
import pytest
from prometheus_client import REGISTRY
from pydantic import Field

from adapters.http import drift
from adapters.http.call import Answer
from adapters.http.drift import MOST_FIELDS, MOST_FINDINGS, WINDOW, Json, Watch, findings, fold
from adapters.http.errors import MalformedAnswer
from adapters.http.models import Known, Many, ProviderModel, parse

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CONNECTION = "drifting-away"


class Part(ProviderModel):
    amount: Decimal | None = None


class Thing(ProviderModel):
    uuid: str
    place: str | None = Field(None, alias="adress")
    status: Annotated[str | None, Known("new", "done")] = None
    part: Part | None = None
    parts: Many[Part] = ()


class Nest(ProviderModel):
    inner: Nest | None = None


def stored(answers: Iterable[Json], before: Json | None = None, sampled: int = 1) -> Json:
    """What is stored after these answers, as the store gives it back."""
    watch = Watch(sampled)
    for raw in answers:
        watch.sample(CONNECTION, Thing.model_validate(raw), raw)
    (taken,) = watch.take()
    value: Json = orjson.loads(orjson.dumps(fold(before, taken, NOW)))
    return value


def told(value: Json) -> list[tuple[str, str, int]]:
    return [(one.field, one.what, one.count) for one in findings(value)]


def counted(metric: str, field: str) -> float:
    labels = {"connection": CONNECTION, "model": "Thing", "field": field}
    return REGISTRY.get_sample_value(metric, labels) or 0


def things(number: int, **fields: Any) -> list[Json]:
    return [{"uuid": "1", **fields}] * number


def test_new_fields_and_values_are_found_with_how_often_and_when(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drift, "WATCH", watch := Watch())
    answer = Answer(200, httpx.Headers(), None, b"", lambda why: MalformedAnswer("c", "o", why))
    value: Json | None = None
    for days in range(3):
        parse(Thing, {"uuid": "1", "status": "frozen", "hue": "Jo Doe"}, answer, "repairs")
        (taken,) = watch.take()
        value = fold(value, taken, NOW + timedelta(days=days))

    assert value is not None
    assert taken.connection == "repairs"
    assert {(one.model, one.field, one.what, one.count) for one in findings(value)} == {
        ("Thing", "hue", "new field", 3),
        ("Thing", "status", "undocumented value", 3),
    }
    assert {(one.first_at, one.last_at) for one in findings(value)} == {
        ("2026-03-02T09:30:00+00:00", "2026-03-04T09:30:00+00:00")
    }
    assert "Jo Doe" not in str(value)


def test_a_field_that_is_suddenly_empty_is_found_once() -> None:
    full = stored(things(WINDOW, adress="Elm Street 1"))
    assert told(full) == []

    empty = stored(things(WINDOW), full)

    assert told(empty) == [("place", "empty in 100%, was 0%", 1)]
    assert counted("tiebeam_null_rate_changes_total", "place") == 1
    assert told(stored(things(WINDOW), empty)) == told(empty)


def test_a_share_is_compared_when_its_window_is_full_however_often_it_was_saved() -> None:
    value = stored(things(WINDOW, adress="Elm Street 1"))
    for _ in range(3):
        value = stored(things(WINDOW // 4), value)
        assert told(value) == []

    assert told(stored(things(WINDOW // 4), value)) == [("place", "empty in 100%, was 0%", 1)]


def test_a_share_that_moves_a_little_is_no_finding() -> None:
    full = stored(things(WINDOW, adress="Elm Street 1"))
    mixed = things(WINDOW * 4 // 10) + things(WINDOW * 6 // 10, adress="Elm Street 1")

    assert told(stored(mixed, full)) == []


def test_a_type_that_was_never_sent_is_found_once() -> None:
    texts = stored(things(WINDOW, adress="Elm Street 1"))

    numbers = stored(things(1, adress=7), texts)

    assert told(numbers) == [("place", "number, was text", 1)]
    assert counted("tiebeam_type_changes_total", "place") == 1
    assert told(stored(things(1, adress=7), numbers)) == told(numbers)


def test_types_that_vary_from_the_start_are_no_finding() -> None:
    both = stored(things(WINDOW // 2, adress="Elm Street 1") + things(WINDOW // 2, adress=7))

    assert told(stored(things(2, adress=7), both)) == []


def test_what_is_in_models_within_is_looked_through() -> None:
    whole = {"part": {"amount": "1.50"}, "parts": [{"amount": "1.50"}, {"amount": 2}]}
    value = stored(things(1, **whole))

    kinds = {one["field"]: (one["samples"], one["kinds"]) for one in value["fields"]}
    assert kinds["part.amount"] == (1, ["text"])
    assert kinds["parts.amount"] == (2, ["number", "text"])


def test_one_answer_in_ten_of_a_model_is_looked_through() -> None:
    value = stored(things(20), sampled=10)

    assert {one["samples"] for one in value["fields"]} == {2}


def test_what_was_taken_is_not_taken_again() -> None:
    watch = Watch()
    watch.unknown(CONNECTION, "Thing", "hue", drift.NEW_FIELD)

    assert len(watch.take()) == 1
    assert watch.take() == []


def test_however_much_is_new_little_is_kept() -> None:
    watch = Watch()
    for number in range(MOST_FINDINGS + 10):
        watch.unknown(CONNECTION, "Thing", f"{number}" + "x" * 1000, drift.NEW_FIELD)
    (taken,) = watch.take()
    watch.unknown(CONNECTION, "Thing", "the latest", drift.NEW_FIELD)
    (later,) = watch.take()
    value = fold(fold(None, taken, NOW), later, NOW + timedelta(minutes=1))

    assert len(taken.found) == len(findings(value)) == MOST_FINDINGS
    assert findings(value)[0].field == "the latest"
    assert max(len(one.field) for one in findings(value)) == drift.LONGEST_NAME
    places = {("Thing", f"{number}"): drift.Seen(1) for number in range(MOST_FIELDS + 1)}
    many = fold(None, drift.Taken(CONNECTION, fields=places), NOW)
    assert len(many["fields"]) == MOST_FIELDS


def test_models_within_themselves_come_to_an_end() -> None:
    raw: Json = {}
    for _ in range(50):
        raw = {"inner": raw}
    watch = Watch(1)
    watch.sample(CONNECTION, Nest.model_validate(raw), raw)
    (taken,) = watch.take()

    assert max(field.count("inner") for _, field in taken.fields) == drift.DEEPEST
