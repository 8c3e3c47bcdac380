from __future__ import annotations

import json

import pytest

from tests.workers.cli import shelves
from tests.workers.cli.conftest import Refused, Shell
from tests.workers.cli.shelves import DRY, REASON, WAITING


@pytest.fixture
def filled(shell: Shell) -> Shell:
    shell.upgrade()
    shelves.fill(shell.url)
    return shell


def test_list_shows_the_newest_first_with_the_reason_as_it_is(filled: Shell) -> None:
    done = filled.tiebeam("reactions", "list")

    assert (done.code, done.err) == (0, "")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert [line.split()[0] for line in lines] == ["id", "6", "5", "4", "3", "2", "1"]
    assert lines[4] == (
        "3 recharge-paid-invoice dead invoice-1 plentific.invoice.paid, attempt 1: " + REASON
    )
    assert 'attempt 1: reactions.recharge-paid-invoice.account: add "PROP-009" = "…"' in lines[5]
    assert lines[2] == "5 recharge-paid-invoice succeeded invoice-1 plentific.invoice.paid, dry-run"


def test_list_cuts_nothing_short_on_a_narrow_terminal(filled: Shell) -> None:
    told = filled.tiebeam("reactions", "list", width=80).out

    assert all(len(line) <= 80 for line in told.splitlines())
    assert " ".join(REASON.split()) in " ".join(told.split())


def test_list_can_be_limited_to_a_state_a_reaction_and_a_number(filled: Shell) -> None:
    def ids(*options: str) -> list[int]:
        done = filled.tiebeam("reactions", "list", "--json", *options)
        assert (done.code, done.err) == (0, "")
        return [row["id"] for row in json.loads(done.out)]

    assert ids() == [6, 5, 4, 3, 2, 1]
    assert ids("--state", "dead") == [3]
    assert ids("--reaction", "recharge-paid-invoice", "--limit", "2") == [6, 5]
    assert ids("--reaction", shelves.NAME, "--state", "running") == []


def test_list_of_nothing_says_so(shell: Shell) -> None:
    shell.upgrade()
    done = shell.tiebeam("reactions", "list")
    assert (done.code, done.out, done.err) == (0, "none\n", "")


def test_list_does_not_know_a_state_that_is_none(filled: Shell) -> None:
    done = filled.tiebeam("reactions", "list", "--state", "drunk")
    assert done.code == 2
    assert "drunk" in done.err
    assert "Traceback" not in done.err


def test_show_tells_programs_one_reaction_with_its_effects_and_no_payload(filled: Shell) -> None:
    done = filled.tiebeam("reactions", "show", "1", "--json")

    assert (done.code, done.err) == (0, "")
    shown = json.loads(done.out)
    assert (shown["id"], shown["state"], shown["reaction"]) == (
        1,
        "succeeded",
        "recharge-paid-invoice",
    )
    (effect,) = shown["effects"]
    assert (effect["effect_key"], effect["state"], effect["provider_id"], effect["found_by"]) == (
        "charge-sheet/plentific/invoice-1/1",
        "done",
        "452331",
        "answer",
    )
    assert not {"value", "headers"} & shown.keys()


def test_show_tells_people_the_same_in_lines(filled: Shell) -> None:
    done = filled.tiebeam("reactions", "show", "1", width=80)

    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[:3] == [
        "reaction    1 recharge-paid-invoice",
        "state       succeeded, attempt 1",
        "event       plentific.invoice.paid invoice-1, version 3",
    ]
    assert "effect      charge-sheet/plentific/invoice-1/1\n" in done.out
    assert "there       452331 in operate\n" in done.out
    assert filled.tiebeam("reactions", "show", "3", width=80).out.count(REASON) == 1


def test_show_keeps_what_the_provider_said_to_itself_until_asked(filled: Shell) -> None:
    for options in ((), ("--json",)):
        shown = filled.tiebeam("reactions", "show", "3", *options).out
        told = filled.tiebeam("reactions", "show", "3", "--response", *options).out

        assert "kept; see `tiebeam reactions show 3 --response`" in shown
        assert "Jo Doe" not in shown
        assert "Jo Doe" in told
    assert json.loads(told)["outcome"] == {"status": 400, "response": "Jo Doe"}
    assert "Jo Doe" not in filled.tiebeam("reactions", "list", "--json").out


def test_show_of_a_reaction_that_is_not_there_says_where_to_look(
    filled: Shell, one_line: Refused
) -> None:
    line = one_line(filled.tiebeam("reactions", "show", "99"), 1)
    assert line == "there is no reaction 99; see `tiebeam reactions list`"


def test_retry_makes_the_named_ones_pending(filled: Shell) -> None:
    done = filled.tiebeam("reactions", "retry", "2", "4")

    assert (done.code, done.out, done.err) == (0, "2 pending again\n", "")
    assert shelves.states(filled.url) == {
        1: "succeeded",
        2: "pending",
        3: "dead",
        4: "pending",
        DRY: "succeeded",
        WAITING: "pending",
    }


def test_retry_of_all_blocked_leaves_the_dead_ones(filled: Shell) -> None:
    assert filled.tiebeam("reactions", "retry", "--blocked").out == "1 pending again\n"
    assert shelves.states(filled.url)[2] == "pending"
    assert shelves.states(filled.url)[3] == "dead"


def test_retry_of_all_blocked_and_dead_takes_both_and_no_dry_run(filled: Shell) -> None:
    done = filled.tiebeam("reactions", "retry", "--blocked", "--dead")
    assert done.out == "2 pending again\n"
    assert shelves.rows(filled.url)[DRY].mode == "dry-run"
    assert shelves.states(filled.url)[DRY] == "succeeded"


def test_retry_of_what_is_done_does_nothing_and_fails(filled: Shell, one_line: Refused) -> None:
    before = shelves.states(filled.url)
    line = one_line(filled.tiebeam("reactions", "retry", "1", str(WAITING), "99"), 1)
    assert line == (
        f"nothing to retry: 1 is succeeded; {WAITING} is pending; there is no reaction 99"
    )
    assert shelves.states(filled.url) == before


def test_what_is_named_and_cannot_be_retried_is_named_with_the_reason(
    filled: Shell, one_line: Refused
) -> None:
    done = filled.tiebeam("reactions", "retry", "2", "77", "1")

    assert done.out == "1 pending again\n"
    assert one_line(done, 1) == "not retried: 1 is succeeded; there is no reaction 77"
    assert shelves.states(filled.url)[2] == "pending"


def test_retry_and_cancel_tell_programs_what_changed_and_what_did_not(filled: Shell) -> None:
    retried = filled.tiebeam("reactions", "retry", "2", "77", "--json")
    cancelled = filled.tiebeam("reactions", "cancel", "--dead", "--yes", "--json")

    assert (retried.code, cancelled.code) == (1, 0)
    unknown = {"id": 77, "state": None, "why": "there is no reaction 77"}
    assert json.loads(retried.out) == {"pending": [2], "skipped": [unknown]}
    assert json.loads(cancelled.out) == {"cancelled": [3], "skipped": []}
    again = filled.tiebeam("reactions", "cancel", "3", "--json")
    assert again.err == "tiebeam: nothing to cancel: 3 is cancelled\n"
    assert json.loads(again.out)["skipped"] == [
        {"id": 3, "state": "cancelled", "why": "3 is cancelled"}
    ]


def test_cancel_asks_no_program(filled: Shell) -> None:
    asked = filled.tiebeam("reactions", "cancel", "--dead", "--json")

    assert (asked.code, asked.out) == (2, "")
    assert "it does not ask: say --yes" in asked.err
    assert shelves.states(filled.url)[3] == "dead"


def test_a_long_list_of_reasons_is_cut_and_says_so(filled: Shell, one_line: Refused) -> None:
    numbers = [str(number) for number in range(100, 125)]

    line = one_line(filled.tiebeam("reactions", "retry", "2", *numbers), 1)

    assert line.endswith("; there is no reaction 119; and 5 more")


def test_retry_carries_out_a_dry_run_that_is_named_once_its_reaction_is_live(
    filled: Shell, one_line: Refused
) -> None:
    filled.change('mode = "live"', 'mode = "dry-run"')
    one_line(filled.tiebeam("reactions", "retry", str(DRY)), 1)
    assert shelves.rows(filled.url)[DRY].mode == "dry-run"

    filled.change('mode = "dry-run"', 'mode = "live"')
    assert filled.tiebeam("reactions", "retry", str(DRY)).code == 0
    again = shelves.rows(filled.url)[DRY]
    assert (again.mode, again.state) == ("live", "pending")


def test_retry_of_nothing_at_all_is_a_mistake_in_the_command(filled: Shell) -> None:
    done = filled.tiebeam("reactions", "retry")
    assert done.code == 2
    said = " ".join(done.err.replace("│", " ").split())
    assert "by id, --subject, --event or --effect, or use --blocked or --dead" in said


def test_list_can_be_limited_to_an_entity_and_an_event(filled: Shell) -> None:
    def ids(*options: str) -> list[int]:
        return [row["id"] for row in json.loads(filled.tiebeam(*LIST_JSON, *options).out)]

    one = json.loads(filled.tiebeam("reactions", "show", "3", "--json").out)
    assert 3 in ids("--subject", one["subject"])
    assert ids("--event", one["event_id"]) == [3]


LIST_JSON = ("reactions", "list", "--json")


def test_cancel_gives_up_what_is_named_and_keeps_the_reason(filled: Shell) -> None:
    done = filled.tiebeam("reactions", "cancel", "2", "4", "--why", "charged by hand")

    assert (done.code, done.out, done.err) == (0, "2 cancelled\n", "")
    rows = shelves.rows(filled.url)
    assert [rows[number].state for number in (2, 3, 4)] == ["cancelled", "dead", "cancelled"]
    assert rows[2].reason == "cancelled: charged by hand"


def test_cancel_of_many_asks_first(filled: Shell) -> None:
    asked = filled.tiebeam("reactions", "cancel", "--dead")
    assert asked.code != 0
    assert "cancel 1 reactions?" in asked.out
    assert shelves.states(filled.url)[3] == "dead"

    told = filled.tiebeam("reactions", "cancel", "--dead", "--yes")
    assert (told.code, told.out) == (0, "1 cancelled\n")
    assert shelves.states(filled.url)[3] == "cancelled"


def test_cancel_and_retry_of_many_can_be_limited(filled: Shell) -> None:
    for command in ("retry", "cancel"):
        for limit in (
            ("--event", "refused"),
            ("--subject", "invoice-2"),
            ("--since", "2025-03-02"),
        ):
            done = filled.tiebeam("reactions", command, "--blocked", *limit)
            assert done.err == f"tiebeam: nothing to {command}: none of them is blocked\n"
            assert done.code == 1
    assert shelves.states(filled.url)[2] == "blocked"
    limits = ("--reaction", shelves.NAME, "--connection", "operate", "--until", "2025-03-02")
    assert filled.tiebeam("reactions", "retry", "--dead", *limits).out == "1 pending again\n"


def test_of_an_entity_or_an_event_what_waits_for_a_person_is_meant(filled: Shell) -> None:
    before = shelves.states(filled.url)
    event = filled.tiebeam("reactions", "cancel", "--event", "refused", "--yes")
    subject = filled.tiebeam("reactions", "retry", "--subject", "invoice-1")

    named = filled.tiebeam("reactions", "retry", "4", "--event", "refused")

    assert (event.out, subject.out) == ("1 cancelled\n", "1 pending again\n")
    assert named.out == "1 pending again\n"
    assert shelves.states(filled.url) == before | {2: "pending", 3: "cancelled", 4: "pending"}


def test_what_has_succeeded_cannot_be_cancelled(filled: Shell, one_line: Refused) -> None:
    line = one_line(filled.tiebeam("reactions", "cancel", "1"), 1)
    assert line == "nothing to cancel: 1 is succeeded"


def test_what_was_cancelled_can_be_retried(filled: Shell) -> None:
    filled.tiebeam("reactions", "cancel", "2")
    assert filled.tiebeam("reactions", "retry", "2").code == 0
    assert shelves.states(filled.url)[2] == "pending"
