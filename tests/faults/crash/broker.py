"""A broker in a folder: what was sent and committed outlives the process that did it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition

from adapters.kafka.records import Record, SendResult


class FolderBroker:
    """One partition to read from, and one log of all that is sent."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "log"
        self._offset = folder / "offset"

    @staticmethod
    def make(folder: Path) -> None:
        """Make a broker that has nothing."""
        (folder / "log").touch()
        (folder / "offset").write_text("0")

    def waiting(self, records: Sequence[ConsumerRecord]) -> Sequence[ConsumerRecord]:
        """Those of all records that no consumer has committed."""
        return records[int(self._offset.read_text()) :]

    def sent(self) -> list[str]:
        """The ids of the events that were sent, in order."""
        return self._log.read_text().split()

    async def send_all(self, records: Sequence[Record]) -> list[SendResult]:
        await asyncio.sleep(0)
        with self._log.open("a") as log:
            log.writelines(f"{dict(one.headers)['ce_id'].decode()}\n" for one in records)
        await asyncio.sleep(0)
        return [SendResult(0, 0) for _ in records]

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        await asyncio.sleep(0)
        self._offset.write_text(str(max(offsets.values())))
        await asyncio.sleep(0)

    def seek(self, *_: Any) -> None:
        raise AssertionError("a batch could not be taken")
