"""The ground types: what they accept, and how they look in JSON."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, ValidationError

from events.base import (
    Day,
    EventModel,
    Flag,
    Instant,
    Money,
    OpenEnum,
    Quantity,
    Words,
    changed_fields,
    format_instant,
    json_form,
    parse_instant,
    snake_case,
    to_json,
)


class Colour(OpenEnum):
    RED = "red"
    DARK_BLUE = "dark_blue"
    OTHER = "other"


class Paint(EventModel):
    colour: Colour
    colour_raw: str | None = None
    lid: Colour | None = None
    lid_raw: str | None = None


class Things(EventModel):
    money: Money | None = None
    quantity: Quantity | None = None
    instant: Instant | None = None
    day: Day | None = None
    flag: Flag = None
    words: Words = ()


def in_json(**fields: Any) -> JsonValue:
    (name,) = fields
    return json_form(Things(**fields))[name]


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        (Decimal("66"), "66.00"),
        (Decimal("66.5"), "66.50"),
        (Decimal("66.125"), "66.125"),
        (Decimal("66.1200"), "66.1200"),
        (Decimal("1E+3"), "1000.00"),
        (Decimal("-0.00"), "0.00"),
        (Decimal("-16.5"), "-16.50"),
        (66, "66.00"),
        ("0.0000", "0.0000"),
    ],
)
def test_money_is_a_text_with_two_places_or_more_and_is_never_rounded(
    given_value: object, expected: str
) -> None:
    assert in_json(money=given_value) == expected


@pytest.mark.parametrize(
    "wrong", [66.1, True, "66,10", " 66", "1e3", "", "١", Decimal("NaN"), Decimal("1E+999999")]
)
def test_money_is_never_a_float_nor_a_text_that_is_no_plain_decimal(wrong: object) -> None:
    with pytest.raises(ValidationError):
        Things(money=wrong)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=None))
def test_every_amount_that_is_taken_comes_back_as_the_same_number(amount: Decimal) -> None:
    try:
        things = Things(money=amount, quantity=amount)
    except ValidationError:
        return

    again = Things.model_validate_json(to_json(things))
    assert again.money == amount == again.quantity
    assert re.fullmatch(r"-?[0-9]+\.[0-9]{2,}", str(json_form(things)["money"]))
    assert re.fullmatch(r"-?[0-9]+(\.[0-9]*[1-9])?", str(json_form(things)["quantity"]))


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [(Decimal("20.0"), "20"), (Decimal("2.50"), "2.5"), (1, "1"), (Decimal("0.00"), "0")],
)
def test_a_quantity_is_a_text_without_trailing_zeros(given_value: object, expected: str) -> None:
    assert in_json(quantity=given_value) == expected


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        ("2023-01-19T08:10:58Z", "2023-01-19T08:10:58Z"),
        ("2020-09-26 07:00:00+00:00", "2020-09-26T07:00:00Z"),
        ("2020-11-12 09:52:20.051000+00:00", "2020-11-12T09:52:20.051000Z"),
        ("2020-02-28T01:41:58.538216Z", "2020-02-28T01:41:58.538216Z"),
        ("2020-07-01T00:30:00+01:00", "2020-06-30T23:30:00Z"),
        (datetime(2020, 7, 1, 9, tzinfo=timezone(timedelta(hours=2))), "2020-07-01T07:00:00Z"),
    ],
)
def test_an_instant_is_rfc_3339_in_utc(given_value: object, expected: str) -> None:
    assert in_json(instant=given_value) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        "2023-01-19T08:10:58",
        "2023-01-19",
        "1674115858",
        1674115858,
        "0001-01-01T00:00:00+23:00",
        datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
        datetime(2023, 1, 19),
    ],
)
def test_a_time_without_an_offset_or_out_of_range_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        Things(instant=wrong)


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_instant_is_read_back_as_it_was(instant: datetime) -> None:
    assert parse_instant(format_instant(instant)) == instant


@given(st.text())
def test_reading_a_time_from_any_text_gives_a_time_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert parse_instant(text).utcoffset() == timedelta(0)


def test_a_naive_time_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        format_instant(datetime(2023, 1, 19))


def test_a_day_is_a_date_without_a_time() -> None:
    assert in_json(day="2020-03-13") == "2020-03-13"
    assert in_json(day=date(2020, 3, 13)) == "2020-03-13"
    for wrong in ("2020-03-13T00:00:00Z", datetime(2020, 3, 13, tzinfo=UTC), 20200313):
        with pytest.raises(ValidationError):
            Things(day=wrong)


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        ("1", True),
        ("0", False),
        (True, True),
        ("No", False),
        (1, True),
        ("later", None),
        (None, None),
    ],
)
def test_a_flag_in_a_custom_field_is_yes_no_or_unknown(
    given_value: object, expected: bool | None
) -> None:
    assert in_json(flag=given_value) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LABOUR", "labour"),
        ("PAIR_VISIT", "pair_visit"),
        ("ToBeAssigned", "to_be_assigned"),
        ("In progress", "in_progress"),
        ("job_invoice", "job_invoice"),
        ("", ""),
    ],
)
def test_words_are_written_in_lower_snake_case(text: str, expected: str) -> None:
    assert snake_case(text) == expected
    assert in_json(words=[text]) == [expected]


def test_a_known_provider_value_becomes_its_member_and_leaves_no_raw_text() -> None:
    assert json_form(Paint.model_validate({"colour": "RED", "lid": "DarkBlue"})) == {
        "colour": "red",
        "colour_raw": None,
        "lid": "dark_blue",
        "lid_raw": None,
    }


@given(st.text() | st.integers() | st.floats() | st.booleans())
def test_no_provider_value_can_stop_an_event_and_its_text_is_kept(value: object) -> None:
    paint = Paint.model_validate({"colour": value, "lid": None})

    if paint.colour is Colour.OTHER and snake_case(str(value)) != "other":
        assert paint.colour_raw == str(value)
    assert paint.lid is None
    assert Paint.model_validate_json(to_json(paint)) == paint


def test_a_missing_value_of_a_guaranteed_enum_is_other_without_a_text() -> None:
    paint = Paint.model_validate({"colour": None})

    assert (paint.colour, paint.colour_raw) == (Colour.OTHER, None)


def test_an_open_enum_without_a_place_for_the_raw_text_is_a_mistake_of_the_model() -> None:
    with pytest.raises(TypeError, match=r"Broken\.colour needs colour_raw"):

        class Broken(EventModel):
            colour: Colour


def test_a_model_is_frozen_and_takes_no_unknown_field() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Things().flag = True  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        Things.model_validate({"money": "1", "monney": "2"})


def test_equal_models_give_equal_bytes_whatever_the_order_of_their_fields() -> None:
    one = Paint.model_validate({"colour": "red", "lid": "red"})
    two = Paint.model_validate({"lid": "red", "colour": "red"})

    assert to_json(one) == to_json(two)
    assert to_json(one) == b'{"colour":"red","colour_raw":null,"lid":"red","lid_raw":null}'


def test_changed_fields_gives_the_old_json_value_of_what_differs() -> None:
    old: dict[str, JsonValue] = {"status": "new", "due": None, "tags": ["a"], "same": {"b": 1}}
    new: dict[str, JsonValue] = {"status": "hired", "due": "2020", "tags": [], "same": {"b": 1}}

    assert changed_fields(old, new) == {"status": "new", "due": None, "tags": ["a"]}


def test_changed_fields_compares_as_json_where_one_is_not_true() -> None:
    assert changed_fields({"flag": 1}, {"flag": True}) == {"flag": 1}
    assert changed_fields({"map": {"a": 1, "b": 2}}, {"map": {"b": 2, "a": 1}}) == {}


def test_a_field_that_our_model_gained_or_lost_is_no_change_of_the_provider() -> None:
    assert changed_fields({"gone": 1, "kept": 1}, {"kept": 1, "added": 2}) == {}
