"""Leads of essensys: created, updated, converted, died."""

from __future__ import annotations

from events.base import parse_instant
from tests.workers.detect.changed import only
from tests.workers.detect.essensys.rows import LEAD, OLD, change, first_sight, state, types
from workers.detect.essensys import LEADS

CONVERTED_AT = "2026-03-02T08:42:39+00:00"
CONVERTED = {"leadconverted": "true", "leadconverteddate": CONVERTED_AT}


def test_a_lead_reads_as_events_carry_it() -> None:
    assert state(LEADS, LEAD) == {
        "lead_id": "64",
        "name": "Coalition of Clockmakers",
        "first_name": "Wellie",
        "last_name": "Thimble",
        "email": "wellie.thimble@example.com",
        "phone": "020 7946 0001",
        "mobile": "07700 900001",
        "website": "www.example.com",
        "address_line_1": "1 Pendulum Row",
        "address_line_2": None,
        "address_line_3": None,
        "town": None,
        "county": None,
        "postcode": None,
        "country": None,
        "location": "4",
        "lead_type": None,
        "lead_status": "0",
        "lead_status_id": "2",
        "lead_source": "Walk in",
        "client_type": None,
        "industry": "Accounting",
        "broker": None,
        "enquired": "2026-03-02T08:33:44Z",
        "converted": False,
        "converted_at": None,
        "dead": False,
        "dead_reason": None,
        "created": "2026-03-02T08:37:59Z",
    }


def test_a_new_lead_is_created_when_it_says() -> None:
    created = only(first_sight(LEADS, LEAD))

    assert created.event_type == "essensys.lead.created"
    assert created.time == parse_instant("2026-03-02T08:37:59Z")
    assert LEADS.live(created.state)


def test_a_lead_that_is_converted_is_told_at_the_time_of_that() -> None:
    converted = only(change(LEADS, LEAD, **CONVERTED, leadstatusid="5"))

    assert converted.event_type == "essensys.lead.converted"
    assert converted.time == parse_instant(CONVERTED_AT)
    assert converted.previous == {"converted": False, "converted_at": None, "lead_status_id": "2"}
    assert not LEADS.live(converted.state)


def test_a_conversion_that_does_not_say_when_has_no_time() -> None:
    converted = only(change(LEADS, LEAD, leadconverted="1"))

    assert (converted.event_type, converted.time) == ("essensys.lead.converted", None)


def test_a_lead_converted_again_is_not_told_at_the_time_of_the_first_conversion() -> None:
    taken_back = {**LEAD, "leadconverteddate": CONVERTED_AT}

    converted = only(change(LEADS, taken_back, leadconverted="true"))

    assert (converted.event_type, converted.time) == ("essensys.lead.converted", None)


def test_a_lead_first_seen_converted_was_created_and_converted() -> None:
    told = first_sight(LEADS, LEAD, **CONVERTED)

    assert types(told) == ["lead.created", "lead.converted"]
    assert [one.time for one in told.transitions] == [
        parse_instant("2026-03-02T08:37:59Z"),
        parse_instant(CONVERTED_AT),
    ]


def test_a_lead_that_died_is_told_with_its_reason() -> None:
    died = only(change(LEADS, LEAD, deadlead="true", deadreason="540"))

    assert (died.event_type, died.time) == ("essensys.lead.died", None)
    assert died.previous == {"dead": False, "dead_reason": None}
    assert died.state["dead_reason"] == "540"
    assert not LEADS.live(died.state)


def test_a_lead_that_comes_back_to_life_is_updated() -> None:
    dead = {**LEAD, "deadlead": "true"}

    assert types(change(LEADS, dead, deadlead="false")) == ["lead.updated"]


def test_an_edit_of_a_converted_lead_is_an_update() -> None:
    updated = only(change(LEADS, {**LEAD, **CONVERTED}, phoneno="020 7946 0002"))

    assert (updated.event_type, updated.time) == ("essensys.lead.updated", None)
    assert updated.previous == {"phone": "020 7946 0001"}


def test_a_lead_from_before_the_baseline_is_history() -> None:
    assert first_sight(LEADS, LEAD, creationdate=OLD).transitions == []


def test_nothing_is_told_of_what_events_do_not_carry() -> None:
    told = change(LEADS, LEAD, daysopen="1", updatedate="2026-03-03T08:00:00+00:00", broker=None)

    assert told.transitions == []
