"""What is listed below work orders: where it belongs, and how rows and details are read."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from adapters.http.models import Detail, unknown_fields
from adapters.plentific.models.work_orders import WorkOrderStatus
from deploy.sandbox.plentific.work_order_progress import create_child
from events import catalogue
from events.base import json_form
from tests.workers.detect.changed import FACTS
from tests.workers.detect.world import World
from workers.detect.plentific import BOOKINGS, COMPLETION_REPORTS, OUTSTANDING_ISSUES, QUOTES
from workers.detect.stream import Change, Json, Stream

BELOW = pytest.mark.parametrize(
    "stream", [BOOKINGS, COMPLETION_REPORTS, QUOTES, OUTSTANDING_ISSUES], ids=lambda one: one.name
)


async def listed(world: World, stream: Stream, order: str) -> list[Json]:
    """The rows below a work order, as observation gets them."""
    pages = stream.pages(world.client, order)
    return [{**row, "work_order_uuid": order} async for page in pages for row in page.rows]


def given(world: World, stream: Stream, **fields: Any) -> tuple[str, str]:
    """Make a work order with one thing below it; returns both uuids."""
    order, state = world.add_work_order(), world.sandbox.state
    kind = stream.name.replace("-", "_")
    create_child(state.plentific, kind, order, state.now(), {"uuid": "a-uuid", **fields})
    return order, "a-uuid"


HOT = {
    "bookings": "customer_pro_engaged pro_claimed_job quote_accepted hired booked deposit_paid",
    "completion-reports": "hired booked deposit_paid done",
    "quotes": (
        "job_leads_sent customer_engaged pro_engaged customer_pro_engaged pro_claimed_job quoted"
        " quote_accepted hired booked deposit_paid"
    ),
    "outstanding-issues": "hired booked deposit_paid done",
}


@BELOW
def test_its_list_is_hot_in_the_statuses_in_which_it_changes_and_in_unknown_ones(
    stream: Stream,
) -> None:
    hot = {status for status in get_args(WorkOrderStatus) if stream.hot({"status": status})}

    assert hot == set(HOT[stream.name].split())
    assert stream.hot({"status": "other", "status_raw": "on_the_moon"})
    assert stream.hot({"status": "on_the_moon"})
    assert stream.hot({})


@BELOW
async def test_it_is_listed_below_its_work_order_alone(world: World, stream: Stream) -> None:
    order, uuid = given(world, stream)
    other = world.add_work_order()

    assert [row["uuid"] for row in await listed(world, stream, order)] == [uuid]
    assert await listed(world, stream, other) == []


@BELOW
async def test_row_and_detail_say_the_same_of_it(world: World, stream: Stream) -> None:
    order, uuid = given(world, stream)
    (row,) = await listed(world, stream, order)
    assert stream.read is not None

    state = stream.state(await stream.read(world.client, uuid, order), FACTS)

    shown = stream.row_state(row)
    assert {"uuid", "work_order_uuid", *stream.agree} <= shown.keys()
    assert shown == {name: state[name] for name in shown}
    assert stream.happened(shown) == world.clock.now()
    assert (state["uuid"], state["work_order_uuid"]) == (uuid, order)


@BELOW
async def test_an_odd_row_says_what_it_can(world: World, stream: Stream) -> None:
    odd: Json = {"uuid": "b-1", "work_order_uuid": "o-1", "status": ["?"], "created": 5}

    shown = stream.row_state(odd)

    assert (shown["uuid"], shown["work_order_uuid"]) == ("b-1", "o-1")
    assert stream.happened(shown) is None
    assert stream.live(shown)
    assert stream.row_state({"uuid": "b-1"})["work_order_uuid"] is None


@BELOW
def test_it_is_kept_in_order_with_its_work_order(stream: Stream) -> None:
    assert stream.parent == "work_order"
    assert stream.ordering_key is not None
    assert stream.ordering_key({"uuid": "b-1", "work_order_uuid": "o-1"}) == "o-1"


@BELOW
async def test_each_transition_is_an_event_of_its_topic(world: World, stream: Stream) -> None:
    order, uuid = given(world, stream, created=world.ago(minutes=1))
    assert stream.read is not None
    state = stream.state(await stream.read(world.client, uuid, order), FACTS)

    steps = stream.told(Change(None, state, {}, 0, world.clock.now())).transitions

    assert len(steps) == 1
    for step in steps:
        data = {stream.entity: step.state, "previous": step.previous}
        told = catalogue.event_type(step.event_type)
        assert told.topic == f"plentific.{stream.name}"
        assert json_form(told.model.model_validate(data)) == data


async def test_the_place_of_an_issue_is_no_unknown_field_of_its_row(world: World) -> None:
    order, _ = given(world, OUTSTANDING_ISSUES)
    (row,) = await listed(world, OUTSTANDING_ISSUES, order)
    assert OUTSTANDING_ISSUES.row is not None

    read = OUTSTANDING_ISSUES.row.model_validate(row)

    assert list(unknown_fields(read)) == []
    assert OUTSTANDING_ISSUES.state(Detail(row, read), FACTS)["work_order_uuid"] == order
