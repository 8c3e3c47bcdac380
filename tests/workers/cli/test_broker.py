"""Commands that need a broker: with one, and where none answers."""

from __future__ import annotations

import pytest

from events import catalogue
from tests.workers.cli.conftest import Refused, Shell

TOPICS = (*catalogue.all_topics(), catalogue.DEAD_LETTERS)


@pytest.fixture
def connected(shell: Shell, kafka: str, topic_prefix: str) -> Shell:
    shell.upgrade()
    shell.change(
        'bootstrap_servers = "127.0.0.1:9"',
        f'bootstrap_servers = "{kafka}"\ntopic_prefix = "{topic_prefix}"\npartitions = 2',
    )
    return shell


@pytest.mark.parametrize("command", ["apply", "list"])
def test_a_broker_that_does_not_answer_ends_a_command_with_one_line(
    shell: Shell, one_line: Refused, command: str
) -> None:
    shell.upgrade()
    line = one_line(shell.tiebeam("topics", command), 1)
    assert line.startswith("Kafka at 127.0.0.1:9 does not answer: ")


@pytest.mark.kafka
def test_topics_are_listed_as_missing_made_once_and_there(
    connected: Shell, topic_prefix: str
) -> None:
    names = [f"{topic_prefix}{name}" for name in TOPICS]

    before = connected.tiebeam("topics", "list")
    assert (before.code, before.err) == (0, "")
    assert before.out.splitlines() == [f"{name}  missing" for name in names]

    made = connected.tiebeam("topics", "apply")
    assert (made.code, made.err) == (0, "")
    assert made.out.splitlines() == [
        *(f"made {name}" for name in sorted(names)),
        f"{len(names)} made, 0 were there",
    ]
    assert connected.tiebeam("topics", "apply").out == f"0 made, {len(names)} were there\n"
    after = connected.tiebeam("topics", "list")
    assert after.out.splitlines() == [f"{name}  there" for name in names]


@pytest.mark.kafka
def test_topics_of_another_shape_are_left_alone_and_named(
    connected: Shell, one_line: Refused, topic_prefix: str
) -> None:
    connected.tiebeam("topics", "apply")
    connected.change("partitions = 2", "partitions = 3")
    line = one_line(connected.tiebeam("topics", "apply"), 1)
    assert f"topic {topic_prefix}plentific.invoices has 2 partitions, wanted 3" in line


@pytest.mark.kafka
@pytest.mark.real_kafka
def test_more_replicas_than_brokers_are_refused_in_one_line(
    connected: Shell, one_line: Refused
) -> None:
    connected.change("partitions = 2", "partitions = 2\nreplication_factor = 3")
    line = one_line(connected.tiebeam("topics", "apply"), 1)
    assert line.startswith("Kafka did not create ")
