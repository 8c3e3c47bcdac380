"""The Python subscribers, each as a process that reads what the product's own producer sent."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.kafka.records import Record
from deploy.kafka.cluster import Cluster
from tests.deploy.examples.conftest import Topic, make_topic, paid, record, running
from tests.events.samples import event
from tests.logins import by_scram, grant_all

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

EXAMPLES = ["with_aiokafka", "with_faststream"]


def command(example: str) -> list[str]:
    return [sys.executable, "-m", f"deploy.examples.{example}"]


@contextmanager
def locked(topic: Topic) -> Iterator[None]:
    """Nobody else can write the ledger for as long."""
    ledger = sqlite3.connect(topic.ledger, isolation_level=None)
    ledger.execute("begin exclusive")
    try:
        yield
    finally:
        ledger.rollback()
        ledger.close()


@pytest.mark.real_kafka
@pytest.mark.parametrize("example", EXAMPLES)
async def test_a_subscriber_logs_in(
    example: str, secured_cluster: Cluster, topic_prefix: str, tmp_path: Path
) -> None:
    kafka = by_scram(secured_cluster, topic_prefix=topic_prefix)
    await grant_all(secured_cluster, kafka, topic_prefix)
    topic = await make_topic(kafka, tmp_path)
    invoice = paid(1)
    await topic.send(record(topic.name, invoice))
    login = {
        "SECURITY_PROTOCOL": kafka.security_protocol,
        "SASL_MECHANISM": str(kafka.sasl_mechanism),
        "SASL_USERNAME": str(kafka.sasl_username),
        "SASL_PASSWORD": str(kafka.sasl_password),
        "SSL_CAFILE": str(kafka.ssl_cafile),
    }

    async with running(command(example), topic.variables | login) as reader:
        await reader.says(f"{invoice.id}: entered")


@pytest.mark.parametrize("example", EXAMPLES)
async def test_each_paid_invoice_is_entered_once_whatever_else_comes(
    example: str, topic: Topic
) -> None:
    first, second, third, last = paid(1), paid(2), paid(3, loyalty={"points": 7}), paid(4)
    received = event("plentific.invoice.received")
    await topic.send(
        record(topic.name, first),
        record(topic.name, received),
        record(topic.name, second, ("ce_mood", b"\xff\xfe")),
        Record(topic.name, b"k", b"{}", [("ce_type", b"plentific.invoice.admired")]),
        Record(topic.name, b"k", b"not one of ours"),
        Record(topic.name, b"k", None, [("ce_type", b"\xff")]),
        record(topic.name, first),
        record(topic.name, second, ("tiebeam-replay", b"true")),
        record(topic.name, third),
    )

    async with running(command(example), topic.variables) as reader:
        await reader.says(
            f"{first.id}: entered",
            f"{first.id}: known",
            f"{second.id}: known (a replay)",
            f"{third.id}: entered",
            "plentific.invoice.received: passed over",
            "plentific.invoice.admired: passed over",
        )
        await topic.send(record(topic.name, last))
        await reader.says(f"{last.id}: entered")
        reader.process.terminate()
        assert await reader.ends() == 0, reader.lines

    assert [row[:3] for row in topic.rows("paid")] == [
        (f"invoice-{number}", str(number), "66.00") for number in (1, 2, 3, 4)
    ]
    assert [reason for _, reason, _ in topic.rows("unread")] == [
        "header ce_type is missing or no text"
    ] * 2
    assert await topic.committed() == 10


@pytest.mark.parametrize("example", EXAMPLES)
async def test_what_could_not_be_handled_is_not_committed_and_comes_again(
    example: str, topic: Topic
) -> None:
    first, second = paid(1), paid(2)
    await topic.send(record(topic.name, first))

    async with running(command(example), topic.variables) as reader:
        await reader.says(f"{first.id}: entered")
        with locked(topic):
            await topic.send(record(topic.name, second))
            await reader.says("database is locked")
            assert await topic.committed() == 1
        if example == "with_aiokafka":
            assert await reader.ends() != 0
        else:  # it tries again by itself
            await reader.says(f"{second.id}: entered")
            reader.process.terminate()
            assert await reader.ends() == 0

    if example == "with_aiokafka":  # whoever keeps it running starts it again
        async with running(command(example), topic.variables) as reader:
            await reader.says(f"{second.id}: entered")

    assert len(topic.rows("paid")) == 2
