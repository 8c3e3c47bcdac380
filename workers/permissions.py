"""Who needs which permission at Kafka: the table, and whether this process has what it needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from adapters.kafka.permissions import Need, in_words, missing
from events import catalogue
from workers.react import intake
from workers.wiring import Parts

EVENTS: Final = "events"
"""All topics of events."""

DEAD_LETTERS: Final = catalogue.DEAD_LETTERS
GROUP: Final = intake.GROUP


@dataclass(frozen=True)
class Permission:
    """What somebody may do with topics or a group; `name` is without prefix, or `EVENTS`."""

    who: str
    resource: Literal["Topic", "Group"]
    name: str
    operations: tuple[str, ...]


# Read and Write bring Describe with them.
TABLE: Final = (
    Permission("run relay", "Topic", EVENTS, ("Write",)),
    Permission("run relay", "Topic", DEAD_LETTERS, ("Describe",)),
    Permission("run react", "Topic", EVENTS, ("Read",)),
    Permission("run react", "Topic", DEAD_LETTERS, ("Write",)),
    Permission("run react", "Group", GROUP, ("Read",)),
    Permission("topics apply", "Topic", EVENTS, ("Create", "Describe", "DescribeConfigs")),
    Permission("topics apply", "Topic", DEAD_LETTERS, ("Create", "Describe", "DescribeConfigs")),
    Permission("replay, store rebuild", "Topic", EVENTS, ("Read",)),
    Permission("replay --to-topic", "Topic", EVENTS, ("Read",)),
    Permission("replay --to-topic", "Topic", "the topic named", ("Write",)),
    Permission("KEDA", "Topic", EVENTS, ("Describe",)),
    Permission("KEDA", "Group", GROUP, ("Describe",)),
    Permission("a subscriber", "Topic", "what it reads", ("Read",)),
    Permission("a subscriber", "Group", "its own", ("Read",)),
)


async def problem(parts: Parts, roles: Iterable[str], timeout: float = 10.0) -> str | None:
    """Return which permission a process of these roles lacks, in one line, or None.

    Raises:
        KafkaProblem: Kafka is away, or the login failed.
    """
    return in_words(parts.kafka, await missing(parts.kafka, needs(parts, roles), timeout))


def needs(parts: Parts, roles: Iterable[str]) -> list[Need]:
    """Return what a process of these roles must be allowed; without reactions nothing is read."""
    running = {f"run {role}" for role in roles if role != "react" or parts.reactions}
    return [
        Need(row.resource, name, operation)
        for row in TABLE
        if row.who in running
        for name in _names(row.name, parts.kafka.topic_prefix)
        for operation in row.operations
    ]


def _names(name: str, prefix: str) -> list[str]:
    return list(catalogue.all_topics(prefix)) if name == EVENTS else [f"{prefix}{name}"]
