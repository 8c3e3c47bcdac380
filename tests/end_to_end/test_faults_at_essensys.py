"""Whatever goes wrong around a PUT: each recharged line is one charge sheet, and told once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.end_to_end.told import of_type
from tests.end_to_end.world import World

pytestmark = pytest.mark.kafka

Fault = dict[str, Any]


async def pay_under(
    world: World, *faults: Fault, operation: str = "put chargesheet"
) -> Counter[str]:
    """Pay an invoice of one line for each fault, each fault hits one call; how charges were found.

    The books balance afterwards: one charge sheet for each line, told once.
    """
    waiting = [
        world.sandbox.state.faults.add(**fault, provider="essensys", operation=operation)
        for fault in faults
    ]
    for _ in faults:
        world.pay_new()
    told = await world.closed()
    assert [fault.applied for fault in waiting] == [1] * len(waiting)
    return Counter(
        effect["found_by"]
        for audit in of_type(told, "tiebeam.reaction.succeeded")
        for effect in audit.entity["effects"]
    )


def puts(world: World) -> int:
    """How many PUTs left."""
    return len(world.truth.writes())


async def test_an_answer_lost_after_the_effect_is_not_followed_by_a_second_put(
    world: World,
) -> None:
    lost: list[Fault] = [
        {"kind": "drop_after"},
        {"kind": "drop_after", "reset": True},
        {"kind": "delay", "when": "after", "hold": True},
    ]
    assert await pay_under(world, *lost) == {"reference": 3}
    assert puts(world) == 3


async def test_a_request_lost_before_the_effect_is_made_again(world: World) -> None:
    lost: list[Fault] = [{"kind": "drop_before"}, {"kind": "drop_before", "reset": True}]
    assert await pay_under(world, *lost) == {"answer": 2}
    assert puts(world) == 4


async def test_a_500_before_and_after_the_effect_ends_in_one_charge_sheet(world: World) -> None:
    failures: list[Fault] = [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 503, "body": "<p>Back soon.</p>"},
        {"kind": "status", "status": 500, "when": "after"},
        {"kind": "status", "status": 502, "when": "after"},
    ]
    assert await pay_under(world, *failures) == {"answer": 2, "reference": 2}
    assert puts(world) == 6


async def test_half_a_json_body_as_the_answer_to_a_put_is_looked_into(world: World) -> None:
    halves: list[Fault] = [
        {"kind": "half_body", "cut": cut} for cut in ("length", "chunked", "json")
    ]
    assert await pay_under(world, *halves) == {"reference": 3}
    assert puts(world) == 3


async def test_html_instead_of_json_as_the_answer_to_a_put_is_looked_into(world: World) -> None:
    pages: list[Fault] = [{"kind": "html"}, {"kind": "html", "when": "after"}]
    assert await pay_under(world, *pages) == {"answer": 1, "reference": 1}
    assert puts(world) == 3


async def test_a_charge_is_found_by_its_values_where_its_reference_cannot_be_read(
    world: World,
) -> None:
    world.sandbox.state.essensys.settings.current_charge_shows_reference = False
    assert await pay_under(world, {"kind": "drop_after"}) == {"value": 1}
    assert puts(world) == 1


async def test_faults_while_looking_for_a_lost_charge_only_delay_it(world: World) -> None:
    looking = {"provider": "essensys", "method": "GET"}
    half = world.sandbox.state.faults.add("half_body", **looking)
    assert await pay_under(world, {"kind": "drop_after"}) == {"reference": 1}
    assert (half.applied, puts(world)) == (1, 1)


async def test_when_every_answer_is_lost_each_line_is_charged_once(world: World) -> None:
    faults = world.sandbox.state.faults
    lost = faults.add("drop_after", provider="essensys", method="PUT", times=None)
    world.busy_day()
    await world.closed()
    assert lost.applied == puts(world) == 3


async def test_a_429_is_obeyed_for_as_long_as_it_asks(world: World) -> None:
    refusal: Fault = {"kind": "status", "status": 429, "headers": {"Retry-After": "2"}}
    assert await pay_under(world, refusal) == {"answer": 1}

    requests = world.sandbox.state.requests.find("essensys")
    refused = next(at for at, request in enumerate(requests) if request.status == 429)
    before, after = requests[refused], requests[refused + 1]
    assert (after.at - before.at).total_seconds() >= 2
    assert puts(world) == 2
