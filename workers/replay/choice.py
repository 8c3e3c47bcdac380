"""Which events a replay is about: the topics that may hold them, and whether one is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from aiokafka import ConsumerRecord

from events import catalogue
from events.envelope import Event, from_record


@dataclass(frozen=True, slots=True)
class Heading:
    """What the headers of a record say: enough to know whether its event is of interest."""

    id: str
    type: str
    source: str
    subject: str
    backfill: bool
    record: ConsumerRecord

    def event(self) -> Event:
        """Read the event in full.

        Raises:
            MalformedEvent: The record is none.
        """
        return from_record(self.record.key, self.record.value, self.record.headers)


def heading_of(record: ConsumerRecord) -> Heading | None:
    """Return the heading of a record; None where it cannot be that of an event."""
    found = dict(record.headers)
    try:
        return Heading(
            id=found["ce_id"].decode(),
            type=found["ce_type"].decode(),
            source=found["ce_source"].decode(),
            subject=found["ce_subject"].decode(),
            backfill=found.get("ce_backfill") == b"true",
            record=record,
        )
    except (KeyError, AttributeError, UnicodeDecodeError):
        return None


@dataclass(frozen=True)
class Choice:
    """Events of these types and about these subjects; none named: all.

    `cancelled`: also those of which a person has cancelled the answer.
    """

    types: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    cancelled: bool = False

    def topics(self, prefix: str) -> list[str]:
        """The topics, with prefix, that may hold chosen events."""
        names = self.types or catalogue.EVENT_TYPES.keys()
        return sorted({catalogue.topic_of(name, prefix) for name in names})

    def has(self, event: Heading) -> bool:
        """Whether an event is chosen."""
        return (not self.types or event.type in self.types) and (
            not self.subjects or event.subject in self.subjects
        )


@dataclass
class Count:
    """What was read: all events, those chosen, and records that are no events."""

    read: int = 0
    chosen: int = 0
    unusable: int = 0


def chosen(choice: Choice, batch: Sequence[ConsumerRecord], count: Count) -> Iterator[Heading]:
    """The headings of the chosen events of a batch, counted."""
    for record in batch:
        count.read += 1
        heading = heading_of(record)
        if heading is None:
            count.unusable += 1
        elif choice.has(heading):
            count.chosen += 1
            yield heading


def unknown_types(names: Iterable[str]) -> list[str]:
    """Those of the names that are no event types."""
    return sorted(name for name in names if name not in catalogue.EVENT_TYPES)
