"""Details that could not be had: what is kept of their entities, and when they are tried again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.http.errors import ProviderError
from adapters.store.entities import Entity
from workers.detect import pace, telling
from workers.detect.stream import Cadence, Stream


@dataclass(frozen=True)
class Unread:
    """A detail that is gone, kept from us, or not usable; its row stays unknown, to be tried again.

    `tried` is what is known of the entity, noted as tried so that the rotation goes on to others.
    `error` says why it was not read, where others may not be read either.
    """

    tried: Entity | None
    gone: bool = False
    error: ProviderError | None = None


@dataclass(frozen=True)
class Queue:
    """The place of an entity among those whose details are due, after its own was asked for."""

    stream: Stream
    cadence: Cadence
    before: Entity | None
    now: datetime

    def tried(self) -> Entity | None:
        """The entity, due again soon: its detail was not usable, or is kept from us."""
        return self._again(timedelta(), live=True)

    def failed(self) -> Entity | None:
        """The entity, still due, after all others that are."""
        if self.before is None or self.before.due_at is None:
            return None
        return replace(self.before, due_at=max(self.before.due_at, self.now))

    def gone(self, baseline: datetime, *, absent: bool) -> Entity | None:
        """The entity, due ever more seldom; `absent` says that no list shows it that should."""
        if self.before is None or telling.is_removed(self.before):
            return None
        tried = self._again(self.now - (self.before.changed_at or baseline), live=False)
        if tried is None or not absent:
            return tried
        # Neither listed nor read: not live, until a row shows it again, whatever that shows.
        return replace(tried, live=False, row_fingerprint="")

    def _again(self, quiet: timedelta, *, live: bool) -> Entity | None:
        if self.before is None:
            return None
        due_at = pace.due_after(self.stream, self.cadence, quiet, self.now, live=live)
        return replace(self.before, detail_read_at=self.now, due_at=due_at)
