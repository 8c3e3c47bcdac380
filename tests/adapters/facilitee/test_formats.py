from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from adapters.facilitee.formats import ReadTime, written_time

READ: TypeAdapter[datetime | None] = TypeAdapter(ReadTime)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2021, 1, 1, tzinfo=UTC), "2021-01-01T00:00:00.000Z"),
        (datetime(2021, 12, 16, 11, 49, 14, 365_999, UTC), "2021-12-16T11:49:14.365Z"),
        (
            datetime(2021, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))),
            "2020-12-31T23:30:00.000Z",
        ),
        (datetime(1001, 1, 1, tzinfo=UTC), "1001-01-01T00:00:00.000Z"),
    ],
)
def test_a_time_is_written_as_documented(at: datetime, text: str) -> None:
    assert written_time(at) == text


@pytest.mark.parametrize("at", [datetime(2021, 1, 1), datetime(1000, 12, 31, tzinfo=UTC)])
def test_a_time_that_cannot_be_told_is_refused(at: datetime) -> None:
    with pytest.raises(ValueError, match=r"offset|year must be after 1000"):
        written_time(at)


@given(st.datetimes(min_value=datetime(1001, 1, 2), timezones=st.just(UTC)))
def test_what_is_written_is_read_as_the_same_millisecond(at: datetime) -> None:
    read = READ.validate_python(written_time(at))

    assert read is not None
    assert timedelta(0) <= at - read < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2021-12-16T11:49:14.365Z", datetime(2021, 12, 16, 11, 49, 14, 365_000, UTC)),
        ("2021-12-16T12:49:14+01:00", datetime(2021, 12, 16, 11, 49, 14, tzinfo=UTC)),
        ("2021-12-16T11:49:14", datetime(2021, 12, 16, 11, 49, 14, tzinfo=UTC)),
        ("2021-12-16", datetime(2021, 12, 16, tzinfo=UTC)),
        ("16.12.2021", datetime(2021, 12, 16, tzinfo=UTC)),
        ("02.01.2021", datetime(2021, 1, 2, tzinfo=UTC)),
        ("0001-01-01T00:00:00", datetime(1, 1, 1, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_times_are_read_in_either_spelling_a_dotted_day_before_its_month(
    text: str | None, at: datetime | None
) -> None:
    assert READ.validate_python(text) == at


@pytest.mark.parametrize("text", ["12.31.2021", "1.1.2021", "tomorrow", "string"])
def test_what_is_no_time_is_not_read_as_one(text: str) -> None:
    with pytest.raises(ValidationError):
        READ.validate_python(text)
