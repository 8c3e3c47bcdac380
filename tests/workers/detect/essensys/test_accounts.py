"""Accounts of essensys: created, updated."""

from __future__ import annotations

from events.base import parse_instant
from tests.workers.detect.changed import only
from tests.workers.detect.essensys.rows import ACCOUNT, OLD, change, first_sight, state
from workers.detect.essensys import ACCOUNTS


def test_an_account_reads_as_events_carry_it() -> None:
    account = state(ACCOUNTS, ACCOUNT)

    assert {name: value for name, value in account.items() if value is not None} == {
        "account_id": "572467",
        "name": "Larkspur Ltd",
        "account_type": "-1",
        "client_type": "1",
        "organization": "1",
        "email": "mabel@example.com",
        "has_active_licence": False,
        "is_external": False,
        "is_residential": True,
        "is_virtual": False,
        "start_date": "2026-07-22",
        "created": "2026-03-02T08:20:03Z",
    }
    assert (account["end_date"], account["broker"], account["location"]) == (None, None, None)


def test_bank_details_stay_with_essensys() -> None:
    assert "00-00-00" not in str(state(ACCOUNTS, ACCOUNT))


def test_a_new_account_is_created_when_it_says() -> None:
    created = only(first_sight(ACCOUNTS, ACCOUNT))

    assert (created.event_type, created.previous) == ("essensys.account.created", None)
    assert created.time == parse_instant("2026-03-02T08:20:03Z")


def test_an_account_from_before_the_baseline_is_history() -> None:
    assert first_sight(ACCOUNTS, ACCOUNT, creationdate=OLD).transitions == []


def test_an_edit_is_an_update() -> None:
    updated = only(change(ACCOUNTS, ACCOUNT, clientname="Larkspur & Sons", broker="12"))

    assert updated.event_type == "essensys.account.updated"
    assert updated.previous == {"name": "Larkspur Ltd", "broker": None}


def test_nothing_is_told_of_what_events_do_not_carry() -> None:
    told = change(
        ACCOUNTS,
        ACCOUNT,
        balance="120.5000",
        bankcode="11-11-11",
        updatedate="2026-03-03T08:00:00+00:00",
        enddate=None,
    )

    assert told.transitions == []
