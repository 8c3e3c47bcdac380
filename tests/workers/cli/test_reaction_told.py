"""What a person reads of one reaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.store.inbox import InboxRow
from adapters.store.ledger import Effect
from workers.cli.reaction_told import told

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ROW = InboxRow(
    id=7,
    reaction="recharge-paid-invoice",
    event_id="event-1",
    event_type="plentific.invoice.paid",
    subject="invoice-1",
    ordering_key="wo-1",
    sequence=3,
    value=b"{}",
    headers=[],
    mode="live",
    state="retrying",
    attempts=2,
    next_attempt_at=NOW + timedelta(minutes=5),
    lease_owner=None,
    lease_token=2,
    lease_until=None,
    reason="operate: no answer",
    outcome=None,
    received_at=NOW,
    updated_at=NOW + timedelta(seconds=1),
    traceparent=None,
)
SENT = Effect(
    effect_key="charge-sheet/plentific/invoice-1/1",
    reaction=ROW.reaction,
    reaction_id=7,
    connection="operate",
    request={"account": "277754"},
    first_sent_at=NOW,
    sent_at=NOW + timedelta(seconds=30),
    lost_at=NOW + timedelta(seconds=40),
    attempts=2,
)


def lines(outcome: dict[str, Any] | None = None, *effects: Effect, **changes: Any) -> list[str]:
    return list(told(replace(ROW, **changes), outcome, effects))


def test_what_is_tried_again_says_why_and_when() -> None:
    assert lines() == [
        "reaction    7 recharge-paid-invoice",
        "state       retrying, attempt 2",
        "reason      operate: no answer",
        "event       plentific.invoice.paid invoice-1, version 3",
        "event id    event-1",
        "key         wo-1",
        "taken in    2026-03-02 09:30:00 UTC",
        "changed     2026-03-02 09:30:01 UTC",
        "next try    2026-03-02 09:35:00 UTC",
    ]


def test_what_is_under_way_says_by_whom_and_until_when() -> None:
    running = lines(state="running", lease_owner="react-1", lease_until=NOW)
    assert "state       running, attempt 2, by react-1 until 2026-03-02 09:30:00 UTC" in running


def test_an_effect_without_an_answer_says_what_was_sent_and_when() -> None:
    assert lines(None, SENT)[9:] == [
        "",
        "effect      charge-sheet/plentific/invoice-1/1",
        "state       sending, 2 calls",
        "there       ? in operate",
        "first sent  2026-03-02 09:30:00 UTC",
        "last sent   2026-03-02 09:30:30 UTC",
        "no answer   2026-03-02 09:30:40 UTC",
        'sent        {\n              "account": "277754"\n            }',
    ]


def test_a_dry_run_says_what_it_would_have_sent() -> None:
    planned = {"key": "a/1", "kind": "charge sheet", "request": {}}
    shown = lines({"dry_run": True, "planned": [planned]}, mode="dry-run")

    assert shown[0] == "reaction    7 recharge-paid-invoice, dry-run"
    assert shown[9:] == ["", "would send  a/1", "kind        charge sheet", "sent        {}"]


def test_a_refusal_says_what_was_refused_and_why() -> None:
    refusal = {"effect_key": "a/1", "request": "account=277754", "status": 422, "response": "kept"}

    assert lines(refusal)[9:] == [
        "",
        "refused     a/1",
        "status      422",
        "sent        account=277754",
        "answer      kept",
    ]


def test_an_effect_that_another_reaction_had_made_before_is_named_too() -> None:
    made = {"key": "a/1", "connection": "operate", "provider_id": "12", "found_by": "answer"}
    mine = made | {"key": SENT.effect_key}

    shown = lines({"effects": [made, mine]}, SENT)

    assert shown[9:13] == [
        "",
        "effect      a/1",
        "state       done before",
        "there       12 in operate",
    ]
    assert [one for one in shown if one.startswith("effect ")] == [
        "effect      a/1",
        f"effect      {SENT.effect_key}",
    ]
