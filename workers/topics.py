"""Our topics as they are wanted: their names, their shape, and how long they keep records."""

from __future__ import annotations

from datetime import timedelta

from adapters.kafka.topics import TopicSpec, open_topics
from events import catalogue
from workers.rebuild.answers import EFFECT_TOPICS
from workers.settings import KafkaSection
from workers.wiring import Parts

MANY = 3
"""Copies of a partition from which on two must have a record before it counts as sent."""
FOR_EVER = "-1"


async def apply_topics(parts: Parts) -> list[str]:
    """Make every topic that is missing; return the names of those made.

    Raises:
        TopicMismatch: One is there with other partitions or copies; nothing was made.
        KafkaProblem: Kafka is away, or does not let us.
    """
    async with open_topics(parts.kafka) as topics:
        return await topics.create_missing(specs(parts))


async def drift(parts: Parts) -> list[str]:
    """Say in one line each where an existing topic is not as configured.

    Raises:
        KafkaProblem: Kafka is away, or does not let us.
    """
    async with open_topics(parts.kafka) as topics:
        return await topics.differences(specs(parts))


def wanted_topics(parts: Parts) -> list[str]:
    """Return the names of all our topics, with their prefix."""
    return [spec.name for spec in specs(parts)]


def specs(parts: Parts) -> list[TopicSpec]:
    """Return all our topics."""
    kafka = parts.settings.kafka
    # What one key did last says nothing of what it did before: never compacted, nor cut by size.
    effects = {
        "cleanup.policy": "delete",
        "retention.ms": _ms(kafka.audit_retention),
        "retention.bytes": FOR_EVER,
    }
    letters = {"cleanup.policy": "delete", "retention.ms": _ms(kafka.dead_letter_retention)}
    events = {"cleanup.policy": kafka.cleanup_policy, "retention.ms": _ms(kafka.retention)}
    prefix = kafka.topic_prefix
    return [
        *(
            _spec(kafka, f"{prefix}{name}", effects if name in EFFECT_TOPICS else events)
            for name in catalogue.all_topics()
        ),
        _spec(kafka, f"{prefix}{catalogue.DEAD_LETTERS}", letters),
    ]


def _spec(kafka: KafkaSection, name: str, own: dict[str, str]) -> TopicSpec:
    fitting = 2 if kafka.replication_factor >= MANY else 1
    common = {
        "compression.type": kafka.compression,
        "min.insync.replicas": str(kafka.min_insync_replicas or fitting),
    }
    return TopicSpec(name, kafka.partitions, kafka.replication_factor, {**own, **common})


def _ms(duration: timedelta | None) -> str:
    if duration is None:
        return FOR_EVER
    return str(duration // timedelta(milliseconds=1))
