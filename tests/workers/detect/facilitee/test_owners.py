"""Owners: thin rows, details with how they are invoiced, and which events tell of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from adapters.facilitee.models.owners import Owner
from tests.workers.detect.changed import only, state_of, tell, with_changes
from tests.workers.detect.facilitee.documented import (
    OWNER,
    OWNER_ROW,
    TOLD_ADDRESS,
    TOLD_PERSON,
)
from tests.workers.fake_clock import START
from workers.detect.facilitee import OWNERS
from workers.detect.stream import Change, Json, Known


def owner(**changes: Any) -> Json:
    return state_of(OWNERS, Owner, with_changes(OWNER, **changes))


def test_an_owner_is_told_as_the_document_shows_him_with_the_currency_of_the_settings() -> None:
    assert owner() == TOLD_PERSON | {
        "id": "2564",
        "address": TOLD_ADDRESS,
        "currency": "EUR",
        "authorized_amount": "650.50",
        "invoice_address": TOLD_ADDRESS,
        "invoice_company": "Owner Company",
        "invoice_email": "owner.invoice@example.com",
        "attention_to": "Owner",
    }


def test_a_row_says_the_same_in_the_same_words() -> None:
    row = OWNERS.row_state(OWNER_ROW)

    assert row.items() <= owner().items()
    assert owner().keys() - row.keys() == {
        "currency",
        "invoice_address",
        "invoice_company",
        "invoice_email",
        "attention_to",
    }
    assert set(OWNERS.agree) <= row.keys()


@pytest.mark.parametrize(
    ("amount", "told"),
    [(Decimal("650.5"), "650.50"), (650, "650.00"), (None, None), ("much", "much"), (True, "True")],
)
def test_an_amount_of_a_row_is_told_exactly(amount: object, told: str | None) -> None:
    row = OWNERS.row_state(with_changes(OWNER_ROW, authorizedAmount=amount))

    assert row["authorized_amount"] == told


@pytest.mark.parametrize(
    "row",
    [
        {"id": 5},
        {"id": "5", "name": 7, "address": "Javastraat 1", "userStatus": None},
        {"id": 5, "name": None, "address": {}, "userStatus": 12, "phoneNumber": 555},
    ],
)
def test_an_odd_row_stops_nothing(row: Json) -> None:
    state = OWNERS.row_state(row)

    assert state["id"] == "5"
    assert state.keys() == OWNERS.row_state(OWNER_ROW).keys()


def test_an_unknown_status_is_kept_in_row_and_detail_alike() -> None:
    row = OWNERS.row_state(with_changes(OWNER_ROW, userStatus="Banned"))
    state = owner(status="Banned")

    assert (row["status"], row["status_raw"]) == ("other", "Banned")
    assert (state["status"], state["status_raw"]) == ("other", "Banned")


def test_a_new_owner_is_created() -> None:
    created = only(tell(OWNERS, None, owner(), version=0))

    assert (created.event_type, created.identity) == ("facilitee.owner.created", "created")
    assert (created.time, created.previous) == (None, None)


def test_an_edit_that_only_the_detail_shows_is_an_update() -> None:
    updated = only(tell(OWNERS, owner(), owner(invoiceEmail="new@example.com")))

    assert (updated.event_type, updated.identity) == ("facilitee.owner.updated", "v4")
    assert updated.previous == {"invoice_email": "owner.invoice@example.com"}


@pytest.mark.parametrize(
    "changes",
    [{}, {"additionalNote": "another"}, {"address": with_changes(OWNER["address"], id=7)}],
)
def test_what_events_do_not_carry_changes_in_silence(changes: Json) -> None:
    assert tell(OWNERS, owner(), owner(**changes)).transitions == []


def test_the_first_detail_of_an_owner_known_by_his_row_is_no_change() -> None:
    shown = OWNERS.row_state(OWNER_ROW)
    known = Known(shown, complete=False, marks={})

    assert OWNERS.told(Change(known, owner(), shown, 0, START)).transitions == []


def test_an_owner_known_by_his_row_is_updated_when_the_row_changes() -> None:
    known = Known(OWNERS.row_state(OWNER_ROW), complete=False, marks={})
    shown = OWNERS.row_state(with_changes(OWNER_ROW, name="Renamed"))

    updated = only(OWNERS.told(Change(known, owner(name="Renamed"), shown, 0, START)))

    assert (updated.event_type, updated.previous) == (
        "facilitee.owner.updated",
        {"name": "User Test"},
    )
