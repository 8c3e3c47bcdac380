"""A subscriber with FastStream: `python -m deploy.examples.with_faststream`.

It takes the raw records in batches and commits by itself. FastStream's own ways would lose events:
its parser raises on headers that are not UTF-8 before a handler sees them, and a record whose
handler fails is committed with the next one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage
from faststream.message import StreamMessage
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from deploy.examples.paid_invoices import Settings, open_ledger, take

PAUSE = 1.0
"""Seconds before records are read again that could not be handled."""

LOGINS = {
    "PLAIN": SASLPlaintext,
    "SCRAM-SHA-256": SASLScram256,
    "SCRAM-SHA-512": SASLScram512,
}
Records = tuple[ConsumerRecord, ...]


async def _raw(records: Records, _: Any) -> StreamMessage[Any]:
    return StreamMessage(raw_message=records, body=b"", headers={})


async def _undecoded(_: StreamMessage[Any], __: Any) -> None:
    return None


def _security(settings: Settings) -> BaseSecurity:
    context = settings.tls()
    if not settings.protocol.startswith("SASL_"):
        return BaseSecurity(ssl_context=context)
    login = LOGINS[settings.mechanism]
    return login(settings.user, settings.password, ssl_context=context, use_ssl=bool(context))


settings = Settings()
broker = KafkaBroker(
    settings.bootstrap_servers.split(","),  # a text would be taken for one server
    security=_security(settings),
    log_level=logging.DEBUG,  # of its two lines for each batch; what fails is logged as an error
    parser=_raw,
    decoder=_undecoded,
)
app = FastStream(broker)
subscriber = broker.subscriber(
    settings.topic,
    group_id=settings.group,
    batch=True,
    max_records=100,
    ack_policy=AckPolicy.MANUAL,
    auto_offset_reset="earliest",
)


@subscriber
async def take_batch(message: KafkaMessage) -> None:
    """Handle a batch and commit just that; where it fails, read it again after a pause."""
    records: Any = message.raw_message
    try:
        with open_ledger(settings.database) as ledger:
            for record in records:
                place = f"{record.topic}/{record.partition}/{record.offset}"
                outcome = take(ledger, place, record.headers, record.value)
                print(f"{place} {outcome}", flush=True)  # noqa: T201
    except Exception as error:  # whatever it is: the next batch's commit would pass over these
        print(f"not handled: {error}", flush=True)  # noqa: T201
        await asyncio.sleep(PAUSE)
        go_back(records, subscriber.consumer)
        return
    await commit(records, subscriber.consumer)


def go_back(records: Records, consumer: Any) -> None:
    """Read from the first of these records again."""
    for record in reversed(records):
        with contextlib.suppress(IllegalStateError):  # the partition is another member's now
            consumer.seek(TopicPartition(record.topic, record.partition), record.offset)


async def commit(records: Records, consumer: Any) -> None:
    """Commit these records and no others."""
    done = {TopicPartition(one.topic, one.partition): one.offset + 1 for one in records}
    try:
        await consumer.commit(done)
    except (CommitFailedError, IllegalStateError):
        # Another member has the partition by now and gets the records too. It will know them.
        print("not committed: the partitions were dealt anew", flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(app.run())
