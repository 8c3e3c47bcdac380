"""First looks: what is there before anything was known is recorded without a word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import entities
from adapters.store.entities import Entity
from workers.detect import pace
from workers.detect.observe import Source, Tally, fingerprint, key_of, whole
from workers.detect.stream import Json, Stream
from workers.telemetry import logs

log = logs.logger("detect")


async def record(
    tx: AsyncConnection, source: Source, rows: Sequence[Json], baseline: datetime, tally: Tally
) -> None:
    """Save rows as known without a word: what was there before the first look is no news.

    Rows to which something happened since are left out: the next look tells of it.
    """
    now = source.clock.now()
    field = source.stream.id_field
    by_id = {str(row[field]): row for row in rows}
    known = await entities.fingerprints(tx, *source.place, by_id)
    new = [
        _from_row(source, entity_id, row, shown, now)
        for entity_id, row in by_id.items()
        if entity_id not in known
        for shown in [source.stream.row_state(row)]
        if not _happened_since(source.stream, shown, baseline)
    ]
    await entities.add_new(tx, new)
    tally.seen += len(rows)


def _happened_since(stream: Stream, shown: Json, baseline: datetime) -> bool:
    happened = stream.happened(shown)
    return happened is not None and happened > baseline


def _from_row(source: Source, entity_id: str, row: Json, shown: Json, now: datetime) -> Entity:
    stream = source.stream
    state, complete = _whole_state(source, entity_id, row), True
    if state is None:
        state, complete = shown, False
    live = stream.live(state)
    return Entity(
        *source.place,
        entity_id=entity_id,
        ordering_key=key_of(stream, state, entity_id),
        version=0,
        row_fingerprint=fingerprint(row),
        detail_fingerprint=fingerprint(state) if complete else None,
        row_seen_at=now,
        due_at=pace.first_look(stream, entity_id, now, live=live),
        live=live,
        state=state,
    )


def _whole_state(source: Source, entity_id: str, row: Json) -> Json | None:
    """The state, where the row is all there is and can be used."""
    if source.stream.whole_rows:
        try:
            return source.stream.state(whole(source, row), source.facts)
        except ValidationError:
            log.error("row not usable", stream=source.stream.name, entity_id=entity_id)
    return None
