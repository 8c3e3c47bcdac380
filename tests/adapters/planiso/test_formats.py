from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.planiso.formats import form_fields, form_text, moment

MONTREAL = ZoneInfo("America/Montreal")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "1"),
        (False, ""),
        (None, ""),
        ("", ""),
        ("é 1", "é 1"),
        (2024, "2024"),
        ([3], "[3]"),
        ([3, 14], "[3,14]"),
        ({"a": "é"}, '{"a":"é"}'),
    ],
)
def test_a_value_of_a_form_is_text(value: Any, text: str) -> None:
    assert form_text(value) == text


def test_every_field_of_a_form_is_text() -> None:
    assert form_fields({"a": True, "b": [1]}) == {"a": "1", "b": "[1]"}


def test_a_time_is_read_by_the_clock_of_whoever_knows_the_zone() -> None:
    read = moment("2024-11-20 10:15:30", MONTREAL)

    assert read == datetime(2024, 11, 20, 10, 15, 30, tzinfo=MONTREAL)
    assert read.isoformat() == "2024-11-20T10:15:30-05:00"


@pytest.mark.parametrize(
    "text", ["", "2024-11-20", "0000-00-00 00:00:00", "2024-13-01 00:00:00", "2024-11-20T10:15:30Z"]
)
def test_a_time_that_is_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is not a time written Y-m-d H:i:s$"):
        moment(text, MONTREAL)
