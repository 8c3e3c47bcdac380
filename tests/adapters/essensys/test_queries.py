"""Query expressions: what goes in comes out as one value, or nothing goes in."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.essensys.queries import Where, at_least, at_most, equals, fields_list
from adapters.http.call import Call
from adapters.http.errors import Unsendable

FIELDS = st.from_regex(r"[a-z0-9_]+", fullmatch=True)
CONDITION = re.compile(r"\[([a-z0-9_]+)\](>=|<=|=)'([^']*)'")


def parse(expression: str) -> list[tuple[str, ...]]:
    """The conditions as a reader sees it who knows only what the document shows."""
    conditions: list[tuple[str, ...]] = []
    position = 0
    while position < len(expression):
        if conditions:
            assert expression.startswith("AND", position)
            position += 3
        match = CONDITION.match(expression, position)
        assert match is not None, expression[position:]
        conditions.append(match.groups())
        position = match.end()
    return conditions


@settings(max_examples=40)
@given(st.lists(st.tuples(FIELDS, st.sampled_from([equals, at_least, at_most]), st.text())))
def test_every_accepted_value_comes_out_as_itself(
    terms: list[tuple[str, type[Where], str]],
) -> None:
    where, expected = Where(()), []
    for field, compare, value in terms:
        try:
            condition = compare(field, value)  # type: ignore[arg-type, call-arg]
        except Unsendable:
            continue
        where &= condition
        expected.append((field, value))
    url = Call("query", "GET", "/x", query={"where": str(where)}).url("http://host")
    received = parse_qs(urlsplit(url).query, keep_blank_values=True)["where"][0]

    assert [(field, value) for field, _, value in parse(received)] == expected


@given(st.text(), st.sampled_from("'’‘ʹʼˈ′＇\n\r\t\0\x7f\u2028\ud800"), st.text())
def test_a_value_with_a_quote_or_a_control_character_is_refused(
    before: str, bad: str, after: str
) -> None:
    with pytest.raises(Unsendable, match=r"^query on \[?referencetext"):
        equals("referencetext", before + bad + after)


def test_a_value_cannot_escape_the_closing_quote() -> None:
    with pytest.raises(Unsendable, match="backslash"):
        equals("createdby", "DOMAIN\\")
    assert str(equals("createdby", "DOMAIN\\smith")) == "[createdby]='DOMAIN\\smith'"


@pytest.mark.parametrize("field", ["", "Account", "a]='1'AND[b", "a b", "ä", "a\n"])
def test_what_is_no_field_name_is_refused(field: str) -> None:
    with pytest.raises(Unsendable, match="is no field name"):
        equals(field, "1")
    with pytest.raises(Unsendable, match="is no field name"):
        fields_list(["account", field])


def test_the_documented_example_is_built() -> None:
    where = (
        equals("resource", 2726)
        & at_least("startdate", date(2016, 9, 1))
        & at_most("enddate", date(2016, 9, 30))
    )

    assert str(where) == ("[resource]='2726'AND[startdate]>='2016-09-01'AND[enddate]<='2016-09-30'")
    assert fields_list(["contactname", "duration"]) == "[contactname,duration]"


def test_decimals_and_flags_are_written_as_they_are_read() -> None:
    where = equals("unitprice", Decimal("5.50")) & equals("invoiced", False)

    assert str(where) == "[unitprice]='5.5'AND[invoiced]='false'"


@pytest.mark.parametrize("value", [1.5, None, ["1"], b"1"])
def test_what_has_no_form_in_a_query_is_refused(value: Any) -> None:
    with pytest.raises(Unsendable, match=r"^query on unitprice: cannot be compared with a \w+$"):
        equals("unitprice", value)


def test_a_time_of_day_is_refused_because_none_is_documented() -> None:
    with pytest.raises(Unsendable, match="time of day"):
        at_least("creationdate", datetime(2017, 5, 1, 12, tzinfo=UTC))
