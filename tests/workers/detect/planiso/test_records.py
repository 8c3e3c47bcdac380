"""What holds for every kind of record of Planiso, with projects for an example."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from adapters.planiso.models.projects import Project
from tests.workers.detect.changed import only, state_of, tell, with_changes
from tests.workers.detect.planiso.documented import PROJECT
from workers.detect.planiso import PROJECTS
from workers.detect.stream import Json


def project(**changes: Any) -> Json:
    return state_of(PROJECTS, Project, with_changes(PROJECT, **changes))


def test_a_new_record_is_created() -> None:
    created = only(tell(PROJECTS, None, project(), version=0))

    assert (created.event_type, created.identity) == ("planiso.project.created", "created")
    assert (created.time, created.previous) == (None, None)


def test_a_record_that_comes_into_view_deactivated_is_created_and_no_more() -> None:
    created = only(tell(PROJECTS, None, project(active=False)))

    assert created.event_type == "planiso.project.created"
    assert created.state["active"] is False


def test_an_edit_is_an_update() -> None:
    updated = only(tell(PROJECTS, project(), project(end_date="2026-12-31")))

    assert (updated.event_type, updated.identity) == ("planiso.project.updated", "v4")
    assert updated.previous == {"end_date": None}


@pytest.mark.parametrize("inactive", [False, ""])
def test_a_deactivation_is_told_as_such_with_the_edits_beside_it(inactive: object) -> None:
    told = tell(PROJECTS, project(), project(active=inactive, name="Given up"))

    assert only(told).event_type == "planiso.project.deactivated"
    assert only(told).previous == {"active": True, "name": "Residential Area Development"}


def test_an_edit_of_a_deactivated_record_is_an_update() -> None:
    before, after = project(active=False), project(active=False, location="Gatineau")

    assert only(tell(PROJECTS, before, after)).event_type == "planiso.project.updated"


def test_a_record_that_is_active_again_is_updated() -> None:
    again = only(tell(PROJECTS, project(active=False), project(active="1")))

    assert (again.event_type, again.previous) == ("planiso.project.updated", {"active": False})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {}),
        ({"custom_no": None}, {"custom_no": ""}),
        ({"end_date": None}, {"end_date": "0000-00-00"}),
        ({"no": "3"}, {"no": 3}),
        ({"active": True}, {"active": "1"}),
        ({}, {"last_update": "2024-11-26 17:43:27", "colour": "of another release"}),
    ],
)
def test_another_spelling_of_the_same_is_no_change(before: Json, after: Json) -> None:
    assert tell(PROJECTS, project(**before), project(**after)).transitions == []


def test_a_record_that_does_not_say_whether_it_is_active_cannot_be_told() -> None:
    with pytest.raises(ValidationError, match="active"):
        project(active=None)


@pytest.mark.parametrize("row", [{"no": 5}, {"no": "5", "active": [], "start_date": "soon"}])
def test_an_odd_row_stops_nothing(row: Json) -> None:
    state = PROJECTS.row_state(row)

    assert state == {"no": "5"}
    assert PROJECTS.live(state)
    assert PROJECTS.happened(state) is None
