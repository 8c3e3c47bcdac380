"""Before when effects are no longer known, where the topics that tell them lost their beginnings.

The first record that a partition still holds was sent later than all that are gone from it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from aiokafka import ConsumerRecord

from workers.rebuild.answers import EFFECT_TOPICS
from workers.rebuild.begin import Partition


class Forgotten:
    """When the first records of those partitions were sent that are not whole any more."""

    def __init__(self, cut: Collection[Partition]) -> None:
        self._firsts: dict[Partition, datetime | None] = dict.fromkeys(
            one for one in cut if one[0] in EFFECT_TOPICS
        )

    def hear(self, records: Sequence[ConsumerRecord], topic_prefix: str) -> None:
        """Take records for witnesses; those of a partition come in their order."""
        for record in records:
            partition = record.topic.removeprefix(topic_prefix), record.partition
            if partition in self._firsts and self._firsts[partition] is None:
                self._firsts[partition] = datetime.fromtimestamp(record.timestamp / 1000, UTC)

    def before(self, now: datetime) -> Mapping[str, datetime]:
        """Before when some effects are unknown, by topic; `now` where nothing is left."""
        latest: dict[str, datetime] = {}
        for (topic, _), first in self._firsts.items():
            at = first or now
            latest[topic] = max(at, latest.get(topic, at))
        return latest
