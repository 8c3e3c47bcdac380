"""What a converted lead becomes: a customer that carries it, with what is known of the lead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from tests.workers.fake_clock import FakeClock
from tests.workers.react.planiso_world import (
    ONBOARD,
    PLACE,
    PlanisoWorld,
    lead_event,
    planiso_world,
    settings,
)
from workers.react.reactions.onboard_converted_lead import plan

NOTHING = dict.fromkeys(
    (
        *("name", "first_name", "last_name", "email", "phone", "mobile", "website"),
        *("address_line_1", "address_line_2", "address_line_3"),
        *("town", "county", "postcode", "country"),
    )
)


@pytest.fixture
async def world(sandbox: Sandbox, store: Store, clock: FakeClock) -> AsyncIterator[PlanisoWorld]:
    async with planiso_world(ONBOARD, sandbox, store, clock) as made:
        yield made


def planned(table: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    (effect,) = plan(lead_event(**changes), settings(ONBOARD, **(table or {})), PLACE)
    wire: dict[str, Any] = effect.call.to_wire()
    return wire


async def test_a_converted_lead_becomes_a_customer_with_all_that_is_known_of_it(
    world: PlanisoWorld,
) -> None:
    event = lead_event(address_line_2="Second floor", county="Greater London")

    assert await world.answer(event) == "succeeded"

    (customer,) = world.records("customers")
    (organization,) = world.records("organizations")
    assert (customer["custom_no"], customer["organization"]) == ("operate/64", organization["no"])
    shown = {name: organization[name] for name in organization if organization[name]}
    assert shown == {
        "no": 1,
        "active": True,
        "aff_number": "PART-001",
        "name": "Coalition of Clockmakers",
        "adress": "1 Pendulum Row, Second floor",
        "city": "London",
        "province": "Greater London",
        "postal_code": "E1 7XX",
        "country": "United Kingdom",
        "phone": "020 7946 0001",
        "email": "wellie.thimble@example.com",
        "website": "www.example.com",
    }


async def test_a_lead_of_which_only_the_name_is_known_can_be_a_customer(
    world: PlanisoWorld,
) -> None:
    event = lead_event(**NOTHING | {"name": "Coalition"})

    assert await world.answer(event) == "succeeded"

    (organization,) = world.records("organizations")
    assert organization["adress"] == "Address not known"


@pytest.mark.parametrize(
    ("name", "first_name", "last_name", "expected"),
    [
        (" Coalition ", "Wellie", "Thimble", "Coalition"),
        (None, "Wellie", "Thimble", "Wellie Thimble"),
        (" ", None, " Thimble", "Thimble"),
        ("", "Wellie", "", "Wellie"),
    ],
)
def test_the_name_is_the_leads_own_or_that_of_the_person(
    name: str | None, first_name: str | None, last_name: str | None, expected: str
) -> None:
    call = planned(name=name, first_name=first_name, last_name=last_name)

    assert call["organization_name"] == expected


async def test_a_lead_without_any_name_is_left_to_a_person(world: PlanisoWorld) -> None:
    event = lead_event(name=" ", first_name=None, last_name="")

    assert await world.answer(event) == "blocked"

    assert await world.reason() == "lead 64 has no name: make its customer in Planiso by hand"
    assert world.calls() == []


@pytest.mark.parametrize(
    ("phone", "mobile", "expected"),
    [("1", "2", "1"), (" ", "2", "2"), (None, "2", "2"), (None, None, None)],
)
def test_a_mobile_number_stands_in_for_a_telephone(
    phone: str | None, mobile: str | None, expected: str | None
) -> None:
    assert planned(phone=phone, mobile=mobile).get("organization_phone") == expected


def test_what_is_not_known_is_not_sent() -> None:
    assert planned(**NOTHING | {"name": "Coalition", "town": " "}) == {
        "custom_no": "operate/64",
        "organization_name": "Coalition",
        "organization_adress": "Address not known",
    }


@pytest.mark.parametrize("email", ["no address", "a@b.example; c@d.example", " ", ""])
def test_an_email_address_that_is_none_is_left_out(email: str) -> None:
    call = planned(email=email)

    assert "organization_email" not in call
    assert call["organization_name"] == "Coalition of Clockmakers"


def test_what_stands_for_an_address_can_be_chosen_and_not_be_empty() -> None:
    bare = NOTHING | {"name": "Coalition"}

    assert planned({"address": "ask reception"}, **bare)["organization_adress"] == "ask reception"
    with pytest.raises(ValidationError, match="address"):
        settings(ONBOARD, address=" ")


async def test_two_leads_are_two_customers_unless_they_have_one_name(world: PlanisoWorld) -> None:
    await world.answer(lead_event(), lead_event(lead_id="65", name="Another"))
    assert [one["custom_no"] for one in world.records("customers")] == ["operate/64", "operate/65"]

    assert await world.answer(lead_event(lead_id="66")) == "dead"
    assert len(world.records("customers")) == 2


def test_the_declaration_says_what_it_answers() -> None:
    assert (ONBOARD.source_provider, ONBOARD.target_provider) == ("essensys", "planiso")
    assert ONBOARD.event_types == {"essensys.lead.converted"}
