"""From when on each stream tells what the store does not know: as near to its baseline as is known.

What came before its baseline must stay untold, and what came after it must be told. The first event
that a stream ever told is the best witness of its baseline. Where a topic no longer holds its
beginning, what was told in that time is no longer known, so the stream begins later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from events.envelope import Event
from workers.detect.registry import STREAMS
from workers.detect.stream import HISTORY_GRACE, Stream
from workers.rebuild.states import STREAM_OF, connection_of

Partition = tuple[str, int]
"""A topic without prefix, and the number of a partition."""


@dataclass
class Witnesses:
    """When the first and the last events were detected, by stream and by connection.

    `cut` are the partitions that no longer hold their beginnings.
    """

    cut: Collection[Partition]
    first: defaultdict[tuple[str, str], dict[Partition, datetime]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    newest: dict[str, datetime] = field(default_factory=dict)
    providers: dict[str, str] = field(default_factory=dict)

    def hear(self, event: Event, partition: Partition) -> None:
        """Take an event for a witness; history witnesses nothing."""
        if event.backfill:
            return
        connection, stream = connection_of(event), STREAM_OF[event.type]
        at = event.detected_at
        firsts = self.first[connection, stream.name]
        firsts[partition] = min(firsts.get(partition, at), at)
        self.newest[connection] = max(self.newest.get(connection, at), at)
        self.providers[connection] = stream.provider

    def begins(self) -> Mapping[tuple[str, str], datetime]:
        """When each stream of each connection that was heard of begins, by both names."""
        return {
            (connection, stream.name): self._begin(connection, stream)
            for connection, provider in sorted(self.providers.items())
            for stream in STREAMS
            if stream.provider == provider
        }

    def _begin(self, connection: str, stream: Stream) -> datetime:
        own = self.first.get((connection, stream.name), {})
        newest = self.newest[connection]
        topic = f"{stream.provider}.{stream.name}"
        cut = [one for one in self.cut if one[0] == topic]
        if own:
            begin = min(own.values())
        else:
            # It never told anything, and perhaps was watched later than the others.
            begin = max(self._earliest(connection), newest - HISTORY_GRACE)
        return max([begin, *(own.get(one, newest) for one in cut)])

    def _earliest(self, connection: str) -> datetime:
        return min(
            at
            for (where, _), firsts in self.first.items()
            if where == connection
            for at in firsts.values()
        )
