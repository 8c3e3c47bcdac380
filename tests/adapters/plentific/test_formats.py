from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from adapters.http.errors import Unsendable
from adapters.plentific.models.reports import ReportRunChoice
from adapters.plentific.models.work_orders import PreferredSlot, WorkOrderChange

NOON_IN_KYIV = datetime(2026, 3, 1, 12, 0, 0, 999_999, timezone(timedelta(hours=2)))


def test_the_times_of_a_work_order_are_sent_spaced_in_utc_to_the_second() -> None:
    assert WorkOrderChange(due_date=NOON_IN_KYIV).to_wire() == {
        "due_date": "2026-03-01 10:00:00+00:00"
    }


def test_the_times_of_a_report_run_are_sent_with_a_t_and_a_z() -> None:
    run = ReportRunChoice(
        organisations=(), from_datetime=NOON_IN_KYIV, to_datetime=datetime(2026, 4, 1, tzinfo=UTC)
    )

    assert run.to_wire() == {
        "organisations": [],
        "from_datetime": "2026-03-01T10:00:00Z",
        "to_datetime": "2026-04-01T00:00:00Z",
    }


def test_a_time_is_taken_as_text_too() -> None:
    body = '{"from_datetime": "2026-03-01T12:00:00+02:00", "to_datetime": "2026-03-01T11:00:00Z"}'

    assert PreferredSlot.model_validate_json(body).to_wire() == {
        "from_datetime": "2026-03-01 10:00:00+00:00",
        "to_datetime": "2026-03-01 11:00:00+00:00",
    }


LAST = datetime(9999, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-1)))


@pytest.mark.parametrize(
    "due", [datetime(2026, 3, 1), "2026-03-01T10:00:00", "soon", 1_772_000, LAST]
)
def test_a_time_that_is_no_instant_cannot_be_sent(due: object) -> None:
    with pytest.raises(Unsendable, match="WorkOrderChange: due_date: ") as raised:
        WorkOrderChange(due_date=due)  # type: ignore[arg-type]

    assert "soon" not in str(raised.value)
