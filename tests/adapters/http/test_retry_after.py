from __future__ import annotations

import httpx
import pytest

from adapters.http.retry_after import retry_after
from tests.adapters.http.fake_clock import FakeClock

# The fake clock says 2026-03-02 09:00:00 UTC.


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0.5", 0.5),
        ("-3", 0),
        (" 7 ", 7),
        ("Mon, 02 Mar 2026 09:02:00 GMT", 120),
        ("Mon, 02 Mar 2026 08:00:00 GMT", 0),
        ("Mon, 02 Mar 2026 10:01:00 +0100", 60),
        ("soon", None),
        ("", None),
        ("inf", None),
        ("nan", None),
    ],
)
def test_both_forms_of_retry_after_are_understood(header: str, seconds: float | None) -> None:
    assert retry_after(httpx.Headers({"Retry-After": header}), FakeClock()) == seconds


def test_a_date_is_measured_by_the_providers_own_clock() -> None:
    headers = httpx.Headers(
        {"Retry-After": "Mon, 02 Mar 2026 12:00:30 GMT", "Date": "Mon, 02 Mar 2026 12:00:00 GMT"}
    )

    assert retry_after(headers, FakeClock()) == 30


def test_no_header_says_nothing() -> None:
    assert retry_after(httpx.Headers(), FakeClock()) is None
