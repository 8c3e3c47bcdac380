"""The texts of essensys, one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from adapters.essensys import formats
from adapters.essensys.errors import FormatError

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.0000", "0"),
        ("2953.42", "2953.42"),
        ("-3.6", "-3.6"),
        ("£33.50", "33.50"),
        ("-£3.60", "-3.60"),
        ("£-3.60", "-3.60"),
        ("£1,234.50", "1234.50"),
        ("1,2345", "12345"),
        (" 7 ", "7"),
    ],
)
def test_amounts_read_with_and_without_a_symbol(text: str, number: str) -> None:
    assert formats.read_decimal(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["5,", "1,,2", "1.2,3", "1.2.3", "--1", "-£-1", "abc", "1e3", "٣", "NaN"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="is not a number"):
        formats.read_decimal(text)


@pytest.mark.parametrize("amount", ["1.005", "-0.01", "NaN", "Infinity"])
def test_an_amount_that_cannot_be_written_is_refused(amount: str) -> None:
    with pytest.raises(FormatError):
        formats.write_money(Decimal(amount), "GBP")


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1", "£1.00"), ("1.5000", "£1.50"), ("-0", "£0.00"), ("1E+3", "£1000.00")],
)
def test_an_amount_is_written_with_its_symbol_and_two_decimals(amount: str, text: str) -> None:
    assert formats.write_money(Decimal(amount), "GBP") == text


def test_a_currency_without_a_known_symbol_is_refused_by_name() -> None:
    with pytest.raises(FormatError, match="'XAU' has no known symbol"):
        formats.write_money(Decimal(1), "XAU")


@pytest.mark.parametrize("value", [None, "", "  "])
def test_nothing_reads_as_nothing(value: str | None) -> None:
    assert formats.read_decimal(value) is None
    assert formats.read_percent(value) is None
    assert formats.read_flag(value) is None
    assert formats.read_instant(value) is None
    assert formats.read_id(value) is None


@pytest.mark.parametrize(
    "text",
    [
        "1899-12-31T00:00:00+00:00",
        "2001-01-01T00:00:00+00:00",
        "2001-01-01T00:00:00",
        "2001-01-01T00:00:00+03:00",
    ],
)
def test_a_no_date_sentinel_reads_as_no_date(text: str) -> None:
    assert formats.read_instant(text) is None


def test_a_time_on_the_day_of_a_sentinel_is_a_time() -> None:
    assert formats.read_instant("2001-01-01T09:00:00Z") == datetime(2001, 1, 1, 9, tzinfo=UTC)


def test_a_time_without_offset_is_utc() -> None:
    assert formats.read_instant("2017-08-15T09:51:29") == datetime(
        2017, 8, 15, 9, 51, 29, tzinfo=UTC
    )


def test_a_date_only_field_keeps_its_day_because_it_keeps_its_offset() -> None:
    due = formats.read_instant("2017-01-12T00:00:00+03:00")

    assert due is not None
    assert due.date() == date(2017, 1, 12)


def test_the_documented_slip_of_a_blank_within_a_time_is_read() -> None:
    read = formats.read_instant("2017-08-08T13: 53:21+00:00")

    assert read == datetime(2017, 8, 8, 13, 53, 21, tzinfo=UTC)


@pytest.mark.parametrize("text", ["0001-01-01T00:30:00+01:00", "9999-12-31T23:30:00-01:00"])
def test_a_time_at_the_edge_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="outside of the calendar"):
        formats.read_instant(text)
    with pytest.raises(FormatError, match="outside of the calendar"):
        formats.write_wall_time(datetime.fromisoformat(text), UTC)


@pytest.mark.parametrize("text", ["2017", "2017-W01", "2017-02-30", "22/10/2013", "soon"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="is not an ISO 8601 time"):
        formats.read_instant(text)


def test_the_server_time_is_utc_whatever_the_month() -> None:
    assert formats.read_server_time("06/07/2017 16:02:02") == datetime(
        2017, 7, 6, 16, 2, 2, tzinfo=UTC
    )


def test_a_time_is_written_on_the_clock_of_the_zone() -> None:
    noon = datetime(2017, 7, 22, 11, 23, 59, tzinfo=UTC)

    assert formats.write_wall_time(noon, LONDON) == "22/07/2017 12:23"


def test_a_time_without_zone_is_not_written() -> None:
    with pytest.raises(FormatError, match="has no time zone"):
        formats.write_wall_time(datetime(2017, 7, 22), LONDON)


@pytest.mark.parametrize("text", ["31/02/2017 10:00", "22/10/2013", "2013-10-22 10:00", ""])
def test_what_is_no_written_time_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        formats.read_wall_time(text, LONDON)


def test_a_written_time_is_recognised_as_a_moment_and_as_wall_time_labelled_utc() -> None:
    written = datetime(2017, 7, 7, 10, 0, 49, tzinfo=UTC)  # 11:00 in London

    assert formats.same_minute(written, datetime(2017, 7, 7, 10, 0, tzinfo=UTC), LONDON)
    assert formats.same_minute(written, datetime(2017, 7, 7, 11, 0, tzinfo=UTC), LONDON)
    assert not formats.same_minute(written, datetime(2017, 7, 7, 11, 1, tzinfo=UTC), LONDON)


def test_a_whitespace_object_reads_as_its_blank() -> None:
    assert formats.read_text({"@xml:space": "preserve", "#significant-whitespace": " "}) == " "


def test_another_object_is_no_text_and_its_content_is_not_told() -> None:
    with pytest.raises(FormatError, match=r"^is not a text but a dict$"):
        formats.read_text({"name": "Sam Carter"})


@pytest.mark.parametrize(("value", "id_"), [("-1", "-1"), ("007", "007"), (12, "12"), (" 3 ", "3")])
def test_an_id_stays_the_text_that_it_is(value: object, id_: str) -> None:
    assert formats.read_id(value) == id_


@pytest.mark.parametrize(("text", "flag"), [("0", False), ("1", True), ("TRUE", True)])
def test_flags_read_in_every_spelling_of_the_document(text: str, flag: bool) -> None:
    assert formats.read_flag(text) is flag


def test_what_is_no_flag_is_refused() -> None:
    with pytest.raises(FormatError, match=r"^is not a boolean$"):
        formats.read_flag("yes")
