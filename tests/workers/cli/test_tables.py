from __future__ import annotations

from datetime import UTC, datetime

from workers.cli.tables import when

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_of_today_the_time_is_shown_and_of_another_day_the_date() -> None:
    assert when("2026-03-02T09:30:05+00:00", NOON) == "09:30:05"
    assert when("2026-03-01T23:59:59+00:00", NOON) == "2026-03-01"
    assert when(None, NOON) == "never"
