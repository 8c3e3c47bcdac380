"""The texts of essensys, there and back, whatever the value; and rows, whatever is in them."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.essensys import formats
from adapters.essensys.errors import FormatError
from adapters.essensys.queries import Operand, Where, at_least, at_most, equals
from adapters.essensys.records import Record, id_field
from adapters.http.errors import Unsendable
from adapters.http.models import Known, unknown_fields, unknown_values
from tests.adapters.essensys.declared import MODELS, read_names

ZONES = st.sampled_from([ZoneInfo(n) for n in ("Europe/London", "UTC", "America/New_York")])
EARLY, LATE = datetime(1900, 1, 1), datetime(2200, 1, 1)
MOMENTS = st.datetimes(EARLY, LATE, timezones=st.just(UTC))
AMOUNTS = st.decimals(min_value=0, max_value=10**12, places=2)
modest = settings(max_examples=40, deadline=None)


@modest
@given(AMOUNTS, st.sampled_from(sorted(formats.CURRENCY_SYMBOLS)))
def test_an_amount_of_money_comes_back_as_it_was_written(amount: Decimal, currency: str) -> None:
    assert formats.read_decimal(formats.write_money(amount, currency)) == amount
    assert formats.read_decimal(formats.write_amount(amount)) == amount


@modest
@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_comes_back_exactly_and_is_plain(number: Decimal) -> None:
    if number.adjusted() > 50 or number.adjusted() < -50:
        return  # texts of thousands of digits teach nothing
    text = formats.write_decimal(number)

    assert formats.read_decimal(text) == number
    assert set(text) <= set("-.0123456789")


@modest
@given(st.decimals(min_value=-1000, max_value=1000, places=3))
def test_a_percentage_comes_back_with_and_without_its_sign(number: Decimal) -> None:
    assert formats.read_percent(formats.write_percent(number)) == number
    assert formats.read_percent(formats.write_decimal(number)) == number


@modest
@given(st.booleans())
def test_a_flag_comes_back(flag: bool) -> None:
    assert formats.read_flag(formats.write_flag(flag)) is flag


@modest
@given(st.dates(min_value=date(1, 1, 1)))
def test_a_day_comes_back(day: date) -> None:
    assert formats.read_day(formats.write_day(day)) == day


@modest
@given(MOMENTS, ZONES)
def test_a_written_time_comes_back_to_the_minute_on_the_same_clock(
    moment: datetime, zone: ZoneInfo
) -> None:
    text = formats.write_wall_time(moment, zone)
    read = formats.read_wall_time(text, zone)

    assert formats.write_wall_time(read, zone) == text
    local = moment.astimezone(zone)
    if local.fold == 0:  # else it comes back as the first of two such hours
        assert read == local.replace(second=0, microsecond=0)


@modest
@given(st.datetimes(EARLY, LATE, timezones=st.sampled_from([UTC, timezone(timedelta(hours=3))])))
def test_an_iso_time_keeps_its_moment_and_its_offset(moment: datetime) -> None:
    read = formats.read_instant(moment.isoformat())

    if moment.date() in formats.NO_DATES and not any(moment.timetuple()[3:6]):
        return
    assert read == moment
    assert read is not None
    assert read.utcoffset() == moment.utcoffset()


@modest
@given(st.text())
def test_no_text_makes_a_reader_fail_in_another_way_than_format_error(text: str) -> None:
    readers = (
        formats.read_decimal,
        formats.read_percent,
        formats.read_flag,
        formats.read_instant,
        formats.read_server_time,
        formats.read_day,
    )
    for read in readers:
        with contextlib.suppress(FormatError):
            read(text)


@modest
@given(st.integers(0, 10**9), st.sets(st.integers(1, 9)))
def test_commas_between_digits_mean_nothing(number: int, places: set[int]) -> None:
    text = "".join(
        f",{digit}" if place in places else digit for place, digit in enumerate(str(number))
    )

    assert formats.read_decimal(text) == number


def read_strictly(expression: str) -> tuple[str, str, str]:
    """Field, operator and value of an expression that must be one condition to its last character.

    Written for a reader that knows no escape: a value ends at the first quote.
    """
    assert expression[0] == "["
    field, bracket, rest = expression[1:].partition("]")
    assert bracket
    operator = next(sign for sign in (">=", "<=", "=") if rest.startswith(sign))
    assert rest[len(operator)] == "'"
    value, quote, end = rest[len(operator) + 1 :].partition("'")
    assert quote
    assert end == ""
    return field, operator, value


HOSTILE = st.lists(
    st.sampled_from(
        ["'", "''", "\\'", "\\", "%27", "’", "]", "[", "AND", "=", ">=", "x", "\n", " "]
    )
).map("".join)
OPERANDS = st.one_of(
    HOSTILE,
    st.text(),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.decimals(min_value=-(10**9), max_value=10**9, places=3),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([equals, at_least, at_most]), OPERANDS)
def test_a_condition_is_refused_or_is_exactly_one_with_exactly_that_value(
    compare: Any, operand: Operand
) -> None:
    where = Where(())
    with contextlib.suppress(Unsendable):
        where = compare("accountname", operand)
    if not where.conditions:
        assert isinstance(operand, str)
        return

    field, operator, value = read_strictly(str(where))
    signs = {equals: "=", at_least: ">=", at_most: "<="}
    assert (field, operator) == ("accountname", signs[compare])
    match operand:
        case str():
            assert value == operand
        case bool():
            assert formats.read_flag(value) is operand
        case date():
            assert date.fromisoformat(value) == operand
        case _:
            assert Decimal(value) == operand


WHITESPACE = {"@xml:space": "preserve", "#significant-whitespace": " "}
NOTHING = st.sampled_from([None, "", " ", WHITESPACE])
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=3,
)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1, max_size=12)
IDS = st.integers(-(10**6), 10**9).map(str)


@st.composite
def rows(draw: st.DrawFn, model: type[Record]) -> dict[str, Any]:
    """A row with unknown fields, any text for codes, and nothing, in any form, for other fields."""
    names, fields = read_names(model), model.model_fields
    coded = [
        wire
        for wire, name in names.items()
        if any(isinstance(mark, Known) for mark in fields[name].metadata)
    ]
    return {
        **draw(st.dictionaries(NAMES, JSON, max_size=3)),
        **draw(st.dictionaries(st.sampled_from(list(names)), NOTHING, max_size=10)),
        **{wire: draw(st.text()) for wire in coded},
        id_field(model): draw(IDS),
    }


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(MODELS))
def test_a_row_is_read_whatever_is_unknown_or_missing_in_it(
    data: st.DataObject, model: type[Record]
) -> None:
    row = data.draw(rows(model))
    record = model.model_validate(row)

    names, twins = read_names(model), ("outputvalue_", "output_")
    extra = {name for name in set(row) - set(names) if not name.startswith(twins)}
    assert {name for _, name in unknown_fields(record)} == extra - {"row_num"}
    assert {name for _, name in unknown_values(record)} <= set(names.values())
    assert getattr(record, names[id_field(model)]) == row[id_field(model)]
