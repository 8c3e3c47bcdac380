"""A topic with events of the product's own making, and examples that run as processes."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from adapters.kafka.producer import RecordProducer
from adapters.kafka.records import Record
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicSpec, open_topics
from events.envelope import Event, to_headers
from tests.events.samples import event
from tests.paths import ROOT

PAID = "plentific.invoice.paid"
PARTITIONS = 3
PATIENCE = 40.0
"""Seconds for what an example does; its group takes a while to form on a busy machine."""


def paid(number: int, **changes: Any) -> Event:
    """The invoice of that number is paid."""
    sample = event(PAID, entity_id=f"invoice-{number}", key=f"work-order-{number}")
    data = orjson.loads(sample.data)
    data["invoice"] |= {"uuid": sample.subject, "number": str(number)}
    return replace(sample, data=orjson.dumps(data | changes))


def record(topic: str, told: Event, *more: tuple[str, bytes]) -> Record:
    return Record(topic, told.key.encode(), told.data, [*to_headers(told), *more])


@dataclass
class Topic:
    """A topic, and the ledger of who reads it."""

    kafka: KafkaSettings
    name: str
    folder: Path

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.db"

    @property
    def variables(self) -> dict[str, str]:
        """What tells an example where all this is."""
        return {
            "BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "TOPIC": self.name,
            "GROUP": f"{self.name}.readers",
            "DATABASE": str(self.ledger),
            "FOLDER": str(self.folder / "files"),
        }

    async def send(self, *records: Record) -> None:
        async with RecordProducer(self.kafka) as producer:
            results = await producer.send_all(records)
        assert all(result.acknowledged for result in results)

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """What the ledger holds, in order."""
        with closing(sqlite3.connect(self.ledger, timeout=10)) as ledger:
            return sorted(ledger.execute(f"select * from {table}"))

    async def committed(self) -> int:
        """How many records the group has behind it."""
        reader: Any = AIOKafkaConsumer(
            bootstrap_servers=self.kafka.bootstrap_servers,
            group_id=self.variables["GROUP"],
            enable_auto_commit=False,
        )
        await reader.start()
        try:
            places = [TopicPartition(self.name, number) for number in range(PARTITIONS)]
            reader.assign(places)
            return sum([await reader.committed(place) or 0 for place in places])
        finally:
            await reader.stop()


@pytest.fixture
async def topic(kafka_settings: KafkaSettings, tmp_path: Path) -> Topic:
    return await make_topic(kafka_settings, tmp_path)


async def make_topic(kafka: KafkaSettings, folder: Path) -> Topic:
    spec = TopicSpec(f"{kafka.topic_prefix}plentific.invoices", PARTITIONS, 1)
    async with open_topics(kafka) as topics:
        await topics.create_missing([spec])
    return Topic(kafka, spec.name, folder)


@dataclass
class Running:
    """An example that runs, and what it has said."""

    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)

    async def says(self, *words: str) -> None:
        """Wait until it has said a line with each of these words."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while not all(any(word in line for line in self.lines) for word in words):
                line = await self.process.stdout.readline()
                assert line, f"it ended, having said {self.lines}"
                self.lines.append(line.decode().strip())

    async def ends(self) -> int:
        async with asyncio.timeout(PATIENCE):
            out, _ = await self.process.communicate()
        self.lines += out.decode().splitlines()
        assert self.process.returncode is not None
        return self.process.returncode


@asynccontextmanager
async def running(command: Sequence[str], variables: Mapping[str, str]) -> AsyncIterator[Running]:
    """Run a command in this repository; what still runs at the end is killed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
