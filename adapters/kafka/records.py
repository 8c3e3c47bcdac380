"""The records of one send, what has become of each, and which must wait for which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from adapters.kafka.errors import KafkaProblem, KafkaRefused, NotSent

OVERHEAD: Final = 100  # bytes a record takes beyond its own, generously


@dataclass(frozen=True, slots=True)
class Record:
    """One record to send. Records of one topic and key keep their order; keyless ones have none."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()

    @property
    def size(self) -> int:
        """Bytes that the record takes in Kafka, at most."""
        headers = sum(len(name) + len(value) + 10 for name, value in self.headers)
        return len(self.key or b"") + len(self.value or b"") + headers + OVERHEAD


@dataclass(frozen=True, slots=True)
class SendResult:
    """What became of one record: acknowledged (`error` is None) or why not.

    `offset` may be None for an acknowledged record: Kafka had it already from an attempt whose
    answer was lost.
    """

    partition: int | None = None
    offset: int | None = None
    error: KafkaProblem | None = None

    @property
    def acknowledged(self) -> bool:
        """Whether the record is certainly in Kafka, on every replica that must have it."""
        return self.error is None


class Delivery:
    """The book of one send: records are known by their position in what the caller gave."""

    def __init__(self, records: Sequence[Record], max_record_bytes: int) -> None:
        self.records = records
        self.alone: set[int] = set()  # travelled in a batch that was refused: go one by one now
        self._results: list[SendResult | None] = [None] * len(records)
        for index, record in enumerate(records):
            if self._results[index] is None and record.size > max_record_bytes:
                self.refuse(
                    [index],
                    KafkaRefused(
                        f"a record for {record.topic} has {record.size} bytes, "
                        f"more than the {max_record_bytes} allowed"
                    ),
                )

    def waiting(self) -> list[int]:
        """Return the records without a result yet, in order."""
        return [index for index, result in enumerate(self._results) if result is None]

    def acknowledge(self, indices: Iterable[int], partition: int, first_offset: int) -> None:
        """Note that Kafka has these records, one behind the other from this offset on."""
        for index, offset in zip(indices, count(first_offset), strict=False):
            known = offset if first_offset >= 0 else None
            self._results[index] = SendResult(partition, known)

    def refuse(self, indices: Iterable[int], error: KafkaProblem) -> None:
        """Note that these records will never get there, and hold back what comes after them."""
        refused = list(indices)
        for index in refused:
            self._results[index] = SendResult(error=error)
        blocked = {(self.records[index].topic, self.records[index].key) for index in refused}
        held = SendResult(error=NotSent("an earlier record of the same key was not acknowledged"))
        for index in self.waiting():
            record = self.records[index]
            if record.key is not None and (record.topic, record.key) in blocked:
                self._results[index] = held

    def give_up(self, error: KafkaProblem) -> None:
        """Note that everything still waiting was not acknowledged in time."""
        for index in self.waiting():
            self._results[index] = SendResult(error=error)

    def results(self) -> list[SendResult]:
        """Return the results in the order of the records; nothing may be waiting any more."""
        assert not self.waiting()
        return [result for result in self._results if result is not None]
