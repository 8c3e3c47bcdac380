"""A subscriber with aiokafka: `python -m deploy.examples.with_aiokafka`."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CommitFailedError, IllegalStateError

from deploy.examples.paid_invoices import Settings, open_ledger, take


async def main(settings: Settings) -> None:
    """Read until SIGTERM or SIGINT; a failure ends it: what is not committed comes again."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    consumer: Any = AIOKafkaConsumer(
        settings.topic,
        bootstrap_servers=settings.bootstrap_servers,
        group_id=settings.group,
        enable_auto_commit=False,  # it would commit what was fetched, handled or not
        auto_offset_reset="earliest",  # a new group begins with what the topic still holds
        security_protocol=settings.protocol,
        ssl_context=settings.tls(),
        sasl_mechanism=settings.mechanism,  # read with SASL_SSL and SASL_PLAINTEXT only
        sasl_plain_username=settings.user,
        sasl_plain_password=settings.password,
    )
    await consumer.start()
    try:
        with open_ledger(settings.database) as ledger:
            while not stop.is_set():
                await handle_some(consumer, ledger)
    finally:
        await consumer.stop()


async def handle_some(consumer: Any, ledger: sqlite3.Connection) -> None:
    """Handle what has come, and commit just that."""
    done = {}
    for partition, records in (await consumer.getmany(timeout_ms=500, max_records=100)).items():
        for record in records:
            place = f"{record.topic}/{record.partition}/{record.offset}"
            outcome = take(ledger, place, record.headers, record.value)
            print(f"{place} {outcome}", flush=True)  # noqa: T201
        done[partition] = records[-1].offset + 1
    try:
        if done:
            await consumer.commit(done)
    except (CommitFailedError, IllegalStateError):
        # Another member has the partition by now and gets the records too. It will know them.
        print("not committed: the partitions were dealt anew", flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(Settings()))
