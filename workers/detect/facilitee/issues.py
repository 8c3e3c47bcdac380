"""The issues of Facilitee: reported, moved to another status, edited.

Rows are all there is: no issue can be read by itself, and none is ever gone.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from adapters.facilitee.client import FaciliteeClient
from adapters.facilitee.models import issues
from adapters.http.models import Detail
from adapters.http.paging import Page
from events.base import json_form, parse_instant
from events.facilitee import Issue, IssueStatus
from workers.detect.changes import created_or_updated
from workers.detect.facilitee.values import address, instant
from workers.detect.stream import Cadence, Change, Facts, Json, Stream, Told

BACK: Final = timedelta(days=2)
AHEAD: Final = timedelta(days=1)
"""A period names neither what it selects by nor whether its ends belong, and clocks differ."""

EVER: Final = {
    "from_date_time": datetime(2000, 1, 1, tzinfo=UTC),
    "to_date_time": datetime(2100, 1, 1, tzinfo=UTC),
}
"""A period is required: this one shows every issue, whichever of its times the period selects."""

ENDED_ISSUES: Final = frozenset({"closed", "rejected"})


def list_issues(client: FaciliteeClient, filters: Mapping[str, Any]) -> AsyncIterable[Page]:
    """List issues (document: "Get a list of Issues within a specified period")."""
    return client.list_issues(**{**EVER, **filters})


def recent_issues(now: datetime) -> Sequence[Mapping[str, datetime]]:
    """Return the period of issues reported or changed of late.

    If it selects by the time of the report, an older issue that changed is found by the sweep, and
    counted as missed.
    """
    return ({"from_date_time": now - BACK, "to_date_time": now + AHEAD},)


def issue_row_state(row: Json) -> Json:
    """Return what tells an issue's age and life, in the words of its events."""
    status, raw = IssueStatus.read(row.get("status"))
    return {
        "id": str(row["id"]),
        "status": status.value,
        "status_raw": raw,
        "created": instant(row.get("created")),
        "modified": instant(row.get("modified")),
    }


def issue_state(detail: Detail[issues.Issue], _facts: Facts) -> Json:
    """Return an issue as its events carry it."""
    read, unit = detail.model, detail.model.property_unit
    place = unit.property if unit else None
    parts = {
        "user_reference": read.user_reference_id,
        "property_id": place and place.id,
        "property_name": place and place.name,
        "property_unit_id": unit and unit.id,
        "property_unit_type": unit and unit.property_unit_type and unit.property_unit_type.name,
        "address": unit and address(unit.address),
        "floor": unit and unit.floor,
        "overall_rating": _rating(read.overall_rating),
    }
    return json_form(Issue.model_validate(read.model_dump(include=_SAME) | parts))


_SAME = set(Issue.model_fields) & set(issues.Issue.model_fields) - {"overall_rating"}


def _rating(read: issues.Rating | None) -> Json | None:
    if read is None:
        return None
    shown = read.model_dump(include={"rating", "comment", "user"})
    return shown | {"rated": read.last_rated_date}


def _moved(change: Change, previous: Json) -> str | None:
    moved = change.before is not None and previous.keys() & {"status", "status_raw"}
    return "status_changed" if moved else None


_told = created_or_updated(
    "facilitee.issue", created_at="created", created="reported", special=_moved
)


def issue_told(change: Change) -> Told:
    """Tell that an issue was reported, moved to another status, or was edited.

    A change is as old as the provider's time of modification, where that moved with it.
    """
    told = _told(change)
    modified = change.after["modified"]
    if modified is None or "modified" not in change.edits:
        return told
    at = parse_instant(modified)
    return replace(told, transitions=[replace(one, time=at) for one in told.transitions])


def _created(state: Json) -> datetime | None:
    # Not when it was modified: an old issue that changes while the baseline is taken belongs to it.
    created = state["created"]
    return parse_instant(created) if created else None


ISSUES = Stream(
    name="issues",
    provider="facilitee",
    entity="issue",
    id_field="id",
    pages=list_issues,
    windows=recent_issues,
    shows_changes=True,
    row=issues.Issue,
    row_state=issue_row_state,
    happened=_created,
    state=issue_state,
    live=lambda state: state["status"] not in ENDED_ISSUES,
    told=issue_told,
    cadence=Cadence(
        every=timedelta(seconds=60),
        sweep_every=timedelta(minutes=15),
        details_every=timedelta(hours=1),
    ),
)
