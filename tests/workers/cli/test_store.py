from __future__ import annotations

import sqlite3

import pytest

from adapters.kafka.settings import KafkaSettings
from events.envelope import Event
from events.reactions import Effect, Reaction, ReactionData, ReactionState
from tests.events import samples
from tests.workers.cli import shelves, topics
from tests.workers.cli.conftest import Refused, Shell
from tests.workers.react.invoices import paid
from workers.cli.store import AUDITS


def test_upgrade_makes_the_tables_and_says_so_once(shell: Shell) -> None:
    first, second = shell.tiebeam("store", "upgrade"), shell.tiebeam("store", "upgrade")

    assert (first.code, first.out, first.err) == (0, "store upgraded\n", "")
    assert (second.code, second.out, second.err) == (0, "store is up to date\n", "")


@pytest.mark.parametrize(
    "command",
    [("status",), ("reactions", "list"), ("reactions", "retry", "1")],
    ids=" ".join,
)
def test_a_store_without_tables_ends_a_command_with_what_to_run(
    shell: Shell, one_line: Refused, command: tuple[str, ...]
) -> None:
    line = one_line(shell.tiebeam(*command), 1)
    assert line.startswith(f"store sqlite:///{shell.database}: its tables are not up to date")
    assert line.endswith("run `tiebeam store upgrade`")


def test_a_store_in_a_folder_that_is_not_there_is_named(shell: Shell, one_line: Refused) -> None:
    shell.change(str(shell.database), "/nowhere/tiebeam.db")
    line = one_line(shell.tiebeam("store", "upgrade"), 1)
    assert line.startswith("store sqlite:////nowhere/tiebeam.db: unable to open database file")


def test_a_file_that_is_no_database_is_named(shell: Shell, one_line: Refused) -> None:
    shell.database.write_text("Dear diary, " * 100)
    line = one_line(shell.tiebeam("status"), 1)
    assert "file is not a database" in line


def test_a_store_made_by_a_newer_version_is_not_touched(shell: Shell, one_line: Refused) -> None:
    shell.upgrade()
    with sqlite3.connect(shell.database) as database:
        database.execute("UPDATE alembic_version SET version_num = 'm9999'")
        database.execute("UPDATE compatibility SET oldest = 'm9999'")
    line = one_line(shell.tiebeam("store", "upgrade"), 1)
    assert line.endswith("newer than this program (m9999); install the newer tiebeam")


def answer_to(event: Event) -> Event:
    """The audit of a reaction that made one effect."""
    return samples.event(
        "tiebeam.reaction.succeeded",
        data=ReactionData(
            reaction=Reaction(
                name=shelves.NAME,
                state=ReactionState.SUCCEEDED,
                attempts=1,
                dry_run=False,
                trigger_ce_id=event.id,
                trigger_type=event.type,
                trigger_subject=event.subject,
                effects=(Effect(key="charge-sheet/a/b/1", connection="operate", provider_id="7"),),
            )
        ),
        key=event.key,
    )


@pytest.mark.kafka
@pytest.mark.real_kafka
def test_a_lost_store_is_rebuilt_from_the_topics_and_a_full_one_only_added_to_when_told(
    shell: Shell, kafka: str, kafka_settings: KafkaSettings, one_line: Refused
) -> None:
    topics.connect(shell, kafka, kafka_settings.topic_prefix)
    event = paid()
    topics.publish(kafka_settings, [event, answer_to(event)])

    done = shell.tiebeam("store", "rebuild")

    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "plentific: 1 invoice known"
    assert lines[-1] == (
        "2 events read: 1 ends of reactions and 1 effects restored, 0 unusable; "
        "`tiebeam replay --since DATE` shows what was not answered"
    )
    assert any(line.startswith("plentific/invoices: tells what is new since ") for line in lines)
    assert [line for line in lines if line.startswith(("operate", "tiebeam"))] == [
        "operate: the topics tell nothing of it: its first look is silent, and what changed before "
        "that stays untold"
    ]
    assert shelves.states(shell.url) == {1: "succeeded"}
    again = one_line(shell.tiebeam("store", "rebuild"), 1)
    assert again.endswith("is not empty; --yes adds to it what the topics tell besides")
    assert shell.tiebeam("store", "rebuild", "--yes").code == 0
    assert shelves.states(shell.url) == {1: "succeeded"}


@pytest.mark.kafka
@pytest.mark.real_kafka
def test_effects_of_which_the_topics_tell_no_longer_are_named_by_when_they_were_made(
    shell: Shell, kafka: str, kafka_settings: KafkaSettings
) -> None:
    topics.connect(shell, kafka, kafka_settings.topic_prefix)
    event = paid()
    sheet = samples.event("essensys.charge_sheet.created", key=event.key)
    topics.publish(kafka_settings, [event, sheet, answer_to(event)])
    topics.publish(kafka_settings, [event, sheet, answer_to(event)])
    times = topics.forget_first(kafka_settings, AUDITS, "essensys.charge-sheets")

    done = shell.tiebeam("store", "rebuild")

    assert (done.code, done.err) == (0, "")
    audits, sheets = (f"{at:%Y-%m-%d %H:%M:%S} UTC" for at in times)
    assert [line for line in done.out.splitlines() if "beginning" in line] == [
        "essensys.charge-sheets: its beginning is no longer there, and effects of reactions that "
        f"had not ended before {sheets} are unknown and may be made again",
        "tiebeam.reactions: its beginning is no longer there, and effects before "
        f"{audits} are unknown and may be made again",
    ]
