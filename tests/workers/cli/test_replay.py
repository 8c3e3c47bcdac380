"""`tiebeam replay`: what it shows, when it goes on, and what it refuses."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from adapters.kafka.settings import KafkaSettings
from tests.kafka import read_topic
from tests.workers.cli import shelves, topics
from tests.workers.cli.conftest import Refused, Shell
from tests.workers.cli.test_backfill import logs_for_this_test_only
from tests.workers.react.invoices import paid

__all__ = ["logs_for_this_test_only"]

SINCE = ("replay", "--since", "2020-01-01")
KEY = "charge-sheet/plentific/invoice-{}/1"


@pytest.fixture
def published(shell: Shell, kafka: str, kafka_settings: KafkaSettings) -> Shell:
    """Three paid invoices on their topic, one of them of a property without a mapping."""
    topics.connect(shell, kafka, kafka_settings.topic_prefix)
    mapped = {"property_external_reference": "PROP-001"}
    events = [paid(uuid=f"invoice-{number}", **mapped) for number in (1, 2)]
    lost = paid(uuid="invoice-3", property_external_reference="NOWHERE", property_uuid=None)
    topics.publish(kafka_settings, [*events, lost])
    return shell


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--since", "yesterday"), "'yesterday' is no day"),
        (("--since", "2026-03-02T10:00:00"), "needs an offset, such as 2026-03-02T10:00:00Z"),
        (("--since", "2026-03-02", "--until", "2026-03-02"), "it is not after --since"),
        (("--since", "2026-03-02", "--type", "no.such.type"), "no such event type: no.such.type"),
        (("--since", "2026-03-02", "--to-topic", "t", "--force", "k"), "goes without --force"),
        (("--since", "2026-03-02", "--to-topic", "t", "--cancelled"), "goes without --force"),
        (("--since", "2026-03-02", "--cancelled"), "it needs --subject or --reaction"),
        ((), "Missing option '--since'"),
    ],
)
def test_what_cannot_be_meant_is_refused_as_usage(
    shell: Shell, options: tuple[str, ...], why: str
) -> None:
    done = shell.tiebeam("replay", *options)

    assert done.code == 2
    assert why in " ".join(done.err.replace("│", " ").split())


def test_a_reaction_that_is_not_configured_or_off_is_named(shell: Shell, one_line: Refused) -> None:
    shell.upgrade()
    line = one_line(shell.tiebeam(*SINCE, "--reaction", "no-such"), 2)
    assert line == "reactions.no-such is not configured"
    shell.change('mode = "live"', 'mode = "off"')
    line = one_line(shell.tiebeam(*SINCE, "--reaction", shelves.NAME), 2)
    assert line == f"reactions.{shelves.NAME} is off"


def test_a_topic_of_ours_is_never_published_to(shell: Shell, one_line: Refused) -> None:
    for topic in ("plentific.invoices", "tiebeam.dead-letters"):
        line = one_line(shell.tiebeam(*SINCE, "--to-topic", topic), 1)
        assert line == f"{topic} is a topic of ours, where events stand already: name another one"


def test_a_broker_that_does_not_answer_ends_it_with_one_line(
    shell: Shell, one_line: Refused
) -> None:
    shell.upgrade()
    assert "does not answer" in one_line(shell.tiebeam(*SINCE), 1)


@pytest.mark.kafka
@pytest.mark.real_kafka
def test_without_a_terminal_it_only_shows_unless_told_yes(published: Shell) -> None:
    shown = published.tiebeam(*SINCE)

    assert (shown.code, shown.err) == (0, "")
    lines = shown.out.splitlines()
    about = "recharge-paid-invoice: plentific.invoice.paid"
    assert sorted(lines[:3]) == sorted(
        [
            f"new  {KEY.format(1)}  {about} invoice-1",
            f"new  {KEY.format(2)}  {about} invoice-2",
            f'?    {about} invoice-3: reactions.{shelves.NAME}.account: add "NOWHERE" = "…"',
        ]
    )
    assert lines[3:] == [
        "3 events read: 3 chosen, 0 answered already, 0 being answered, 0 not answered by any "
        "reaction, 0 skipped as backfill, 0 not readable; 2 effects would be new",
        "nothing was put into the inbox; --yes does it",
    ]
    assert shelves.states(published.url) == {}

    chosen = published.tiebeam(*SINCE, "--subject", "invoice-2", "--yes")
    assert chosen.out.splitlines()[-1] == (
        "1 reactions are pending; `tiebeam run react` carries them out"
    )
    assert [row.subject for row in shelves.rows(published.url).values()] == ["invoice-2"]
    rest = published.tiebeam(*SINCE, "--yes")
    assert "1 being answered" in rest.out
    assert set(shelves.states(published.url).values()) == {"pending"}
    assert len(shelves.states(published.url)) == 3


@pytest.mark.kafka
@pytest.mark.real_kafka
def test_on_a_terminal_it_asks_and_a_dry_run_does_not(
    published: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.cli.replay._is_terminal", lambda: True)
    for answer, pending in (("n\n", 0), ("y\n", 3)):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        done = published.tiebeam(*SINCE)
        assert "Let 3 reactions be carried out? [y/N]" in done.out
        assert len(shelves.states(published.url)) == pending
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    dry = published.tiebeam(*SINCE, "--dry-run", "--yes")
    assert "carried out?" not in dry.out


@pytest.mark.kafka
@pytest.mark.real_kafka
def test_what_a_person_cancelled_is_shown_and_left_out_unless_asked_for(published: Shell) -> None:
    published.tiebeam(*SINCE, "--subject", "invoice-1", "--yes")
    published.tiebeam("reactions", "cancel", "1", "--why", "charged by hand")

    done = published.tiebeam(*SINCE, "--yes")
    again = published.tiebeam(*SINCE, "--subject", "invoice-1", "--cancelled", "--yes")

    about = f"{shelves.NAME}: plentific.invoice.paid invoice-1"
    assert f"left {about}: cancelled: charged by hand\n" in done.out
    assert ", 1 left out as cancelled (see --cancelled); 1 effects would be new\n" in done.out
    assert "2 reactions are pending" in done.out
    assert f"new  {KEY.format(1)}  {about} (cancelled: charged by hand)\n" in again.out
    assert shelves.states(published.url) == {1: "pending", 2: "pending", 3: "pending"}


@pytest.mark.kafka
@pytest.mark.real_kafka
def test_programs_are_told_what_was_found_and_done_and_not_asked(
    published: Shell, kafka_settings: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.cli.replay._is_terminal", lambda: True)
    topic = f"{kafka_settings.topic_prefix}ours.again"
    topics.make(kafka_settings, "ours.again")

    shown = json.loads(published.tiebeam(*SINCE, "--json").out)
    done = json.loads(published.tiebeam(*SINCE, "--json", "--yes", "--subject", "invoice-1").out)
    sent = json.loads(published.tiebeam(*SINCE, "--json", "--yes", "--to-topic", topic).out)

    assert (shown["read"], shown["chosen"], shown["answered"], shown["pending"]) == (3, 3, 0, None)
    planned = [list(one["new"]) for one in shown["answers"] if one["problem"] is None]
    assert sorted(planned) == [[KEY.format(1)], [KEY.format(2)]]  # across topics there is no order
    assert (len(done["answers"]), done["cancelled"], done["pending"]) == (1, [], 1)
    assert sent == {"read": 3, "chosen": 3, "unusable": 0, "published": 3}


@pytest.mark.kafka
@pytest.mark.real_kafka
def test_a_period_is_of_publishing(published: Shell) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

    assert published.tiebeam("replay", "--since", later).out.startswith("0 events read")
    early = published.tiebeam("replay", "--since", "2020-01-01", "--until", "2020-01-02")
    assert early.out.startswith("0 events read")
    assert published.tiebeam(*SINCE, "--until", later).out.count("new  ") == 2


@pytest.mark.kafka
@pytest.mark.real_kafka
def test_forcing_what_nobody_makes_is_one_line(published: Shell, one_line: Refused) -> None:
    done = published.tiebeam(*SINCE, "--force", "charge-sheet/plentific/other/1", "--yes")

    assert done.code == 1
    assert done.err == (
        "tiebeam: no reaction to a chosen event makes charge-sheet/plentific/other/1\n"
    )
    assert shelves.states(published.url) == {}


@pytest.mark.kafka
@pytest.mark.real_kafka
def test_events_are_published_again_as_they_were_and_marked(
    published: Shell, kafka: str, kafka_settings: KafkaSettings
) -> None:
    topic = f"{kafka_settings.topic_prefix}ours.again"
    topics.make(kafka_settings, "ours.again")
    options = (*SINCE, "--type", "plentific.invoice.paid", "--to-topic", topic)

    shown = published.tiebeam(*options)
    assert shown.out.splitlines() == [
        "3 events read: 3 chosen, 0 not readable",
        "nothing was published; --yes does it",
    ]
    done = published.tiebeam(*options, "--yes")
    assert done.out.splitlines()[-1] == f"3 events published to {topic}"

    source = f"{kafka_settings.topic_prefix}plentific.invoices"
    first = asyncio.run(read_topic(kafka, source))
    again = asyncio.run(read_topic(kafka, topic))
    by_key = {record.key: record for record in first}
    assert len(again) == 3
    for copy in again:
        record = by_key[copy.key]
        assert copy.value == record.value
        assert copy.headers[:-2] == record.headers
        assert copy.headers[-2] == ("tiebeam-replay", b"true")
        assert copy.headers[-1][0] == "tiebeam-replayed-at"
