"""A worker is killed at every boundary: afterwards nothing is lost and nothing is there twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.faults.plots import Crash, EarlyCrash, History
from tests.faults.repairs import Line

pytestmark = [pytest.mark.kafka, pytest.mark.real_kafka, pytest.mark.slow]

LOOKED_FOR = ("reference", "answer")
"""The first line's charge sheet was found by its reference, the second one was answered."""

AFTER_DETECT = Crash("after detect committed", "after-detect-commit")
AFTER_INBOX = Crash("after the inbox, before Kafka's commit", "between-inbox-and-offsets")
UNCLEAR = (
    Crash("after the intent", "after-intent"),
    Crash("the PUT took effect, unanswered", held="after", found=LOOKED_FOR),
    Crash("the PUT left, its effect to come", held="before", found=LOOKED_FOR),
    Crash("the PUT was answered", "after-answer", found=LOOKED_FOR),
    Crash(
        "the second of two PUTs alike was answered",
        "after-answer:2",
        found=("answer", "reference"),
        lines=((Line(),), (Line(),)),
    ),
)
"""Crashes after which only essensys can tell whether the charge sheet is there."""
CRASHES = (
    Crash("before detect commits", "before-detect-commit"),
    AFTER_DETECT,
    Crash("before produce", "before-produce"),
    Crash("between produce and mark", "between-produce-and-mark"),
    Crash("before the inbox commits", "before-inbox-commit"),
    AFTER_INBOX,
    Crash("after the claim", "after-claim"),
    *UNCLEAR,
    Crash(
        "before the outcome and the next intent commit", "before-outcome-commit", found=LOOKED_FOR
    ),
    Crash("between two lines of the invoice", "after-outcome-commit:1"),
    Crash(
        "before the last outcome and the reaction's end commit",
        "before-end-commit",
        found=("answer", "reference"),
    ),
    Crash("after the reaction's end committed", "after-end-commit"),
)


def with_nothing_to_read(crash: Crash) -> Crash:
    """The same where essensys shows no reference anywhere, so that only values tell."""
    without = replace(crash, name=f"{crash.name}, no reference to be read", readable=False)
    first, second = (
        without.looked_for if known == crash.looked_for else known for known in crash.found
    )
    return replace(without, found=(first, second))


@pytest.mark.parametrize(
    "plot", [*CRASHES, *map(with_nothing_to_read, UNCLEAR)], ids=lambda plot: plot.name
)
def test_a_kill_loses_nothing_and_doubles_nothing(plot: Crash, history: History) -> None:
    assert history.discrepancies == []
    assert history.puts == 2
    for found, expected in zip(history.found, plot.found, strict=True):
        # an answer may come after the call's second on a busy machine, and is looked for then
        assert found == expected or (expected == "answer" and found == plot.looked_for)


@pytest.mark.parametrize(
    "plot", [EarlyCrash("within the baseline", "within-baseline")], ids=lambda plot: plot.name
)
def test_a_kill_within_the_silent_first_look_leaves_it_silent(history: History) -> None:
    assert history.discrepancies == []
    assert history.puts == 2


@pytest.mark.parametrize("plot", [AFTER_INBOX], ids=lambda plot: plot.name)
def test_an_event_that_comes_again_is_taken_once(history: History) -> None:
    taken = [span for span in history.spans if span["name"] == "take plentific.invoice.paid"]

    assert len({span["process"] for span in taken}) == 2
    assert history.discrepancies == []


@pytest.mark.parametrize("plot", [AFTER_DETECT, AFTER_INBOX], ids=lambda plot: plot.name)
def test_one_trace_leads_from_the_change_to_the_write_across_the_restart(history: History) -> None:
    spans = {span["span_id"]: span for span in history.spans}
    writes = [span for span in history.spans if span["name"] == "PUT put_chargesheet"]
    (paid,) = {
        one.headers["traceparent"].split("-")[1]
        for one in history.events
        if one.type == "plentific.invoice.paid"
    }

    assert [span["trace_id"] for span in writes] == [paid, paid]
    for span in writes:
        way = [span]
        while way[-1]["parent_id"] in spans:
            way.append(spans[way[-1]["parent_id"]])
        assert [one["name"] for one in way] == [
            "PUT put_chargesheet",
            "react recharge-paid-invoice",
            "take plentific.invoice.paid",
            "publish plentific.invoices",
            "detect plentific.invoice",
        ]
        assert way[0]["process"] != way[-1]["process"]
