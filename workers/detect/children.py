"""What is listed below another entity, such as the bookings of a work order: one call for each.

To look below all of them each time would cost more calls than there are. So each parent has an
entity of its own for its list (kind `<entity>@`), which knows when it is due: at once when the
parent changed, often while the parent is live or the list keeps changing, seldom after that. A slow
walk passes by all parents, the settled ones too, and counts what it finds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.http.errors import NotFound, ProviderError
from adapters.store import entities
from adapters.store.entities import Entity
from workers.detect import observe, removal
from workers.detect.observe import Source, Tally, next_look
from workers.detect.stream import Json, no_time
from workers.telemetry import logs, tracing

DUE_LISTS = 100
"""Lists read in one look because they are due."""
WALKED = 5
"""Parents that the slow walk passes in one look."""

log = logs.logger("detect")


def list_kind(source: Source) -> str:
    """The kind of the entities that stand for the lists themselves."""
    return f"{source.stream.entity}@"


async def look_below(
    source: Source, since: datetime, baseline: datetime, walked_to: str, tally: Tally
) -> str:
    """Read the lists that are due, and those that the slow walk has come to.

    Returns:
        How far the walk has come; empty when it begins anew.
    """
    await _note_parents(source, since)
    now = source.clock.now()
    async with source.store.read() as tx:
        due = await entities.due(tx, source.facts.connection, list_kind(source), now, DUE_LISTS)
        passed = await entities.following(tx, *_parents(source), walked_to, WALKED)
    known = [one.entity_id for one in due]
    await read_lists(source, known, baseline, tally)
    await read_lists(
        source, [one for one in passed if one not in known], baseline, tally, late=True
    )
    return passed[-1] if len(passed) == WALKED else ""


async def read_lists(
    source: Source,
    parents: Sequence[str],
    baseline: datetime,
    tally: Tally,
    *,
    late: bool = False,
) -> None:
    """Read the lists below these parents, observe their rows, and say when to come again."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(rows_below(source, one, tally)) for one in parents]
    read = {parent: task.result() for parent, task in zip(parents, tasks, strict=True)}
    found = {parent: rows for parent, rows in read.items() if rows is not None}
    if not found:
        return
    known = await _known(source, found)
    silent = [row for one, rows in found.items() if known.is_history(one) for row in rows]
    told = [row for one, rows in found.items() if not known.is_history(one) for row in rows]
    if silent:
        async with source.store.write() as tx:
            await observe.record_baseline(tx, source, silent, source.clock.now(), tally)
    if told:
        await observe.observe_rows(source, told, baseline, tally, tracing.current(), late=late)
    await _note_read(source, found, known)
    await removal.tell_absent(source, known.gone(source, found), tally)


@dataclass(frozen=True)
class _Known:
    """What the store knew of some lists, and of their parents, before they were read."""

    lists: dict[str, Entity]
    parents: dict[str, Entity]
    timeless: bool

    def is_history(self, parent: str) -> bool:
        """Whether what is below a parent was there before: it is read for the first time, the
        parent is from the baseline itself, and nothing below it has a time that could tell.
        """
        if not self.timeless or self.was_read(parent):
            return False
        return parent in self.parents and self.parents[parent].version == 0

    def was_read(self, parent: str) -> bool:
        """Whether the list was ever read."""
        return parent in self.lists and self.lists[parent].row_fingerprint != ""

    def gone(self, source: Source, found: dict[str, list[Json]]) -> set[str]:
        """The ids that a list showed when it was read before and shows no more."""
        before = {one for parent in found for one in self._shown(parent)}
        return before - {
            str(row[source.stream.id_field]) for rows in found.values() for row in rows
        }

    def _shown(self, parent: str) -> list[str]:
        known = self.lists.get(parent)
        return list((known.state or {}).get("ids", ())) if known else []


async def _known(source: Source, found: dict[str, list[Json]]) -> _Known:
    async with source.store.read() as tx:
        lists = await entities.load(tx, source.facts.connection, list_kind(source), found)
        parents = await entities.load(tx, *_parents(source), found)
    return _Known(lists, parents, source.stream.happened is no_time)


async def rows_below(source: Source, parent: str, tally: Tally) -> list[Json] | None:
    """The rows below a parent, each with the parent's id; None where they could not be read."""
    field = source.stream.parent_field
    try:
        pages = source.stream.pages(source.client, parent)
        return [{**row, field: parent} async for page in pages for row in page.rows]
    except NotFound:
        return []  # the parent is gone, and what was below it with it
    except ProviderError as error:
        log.warning("list not read", stream=source.stream.name, parent=parent, why=str(error))
        tally.failed += 1
        tally.error = tally.error or error
        return None


async def _note_parents(source: Source, since: datetime) -> None:
    """Let the lists of new, live and just changed parents be known and due."""
    connection, kind = source.facts.connection, list_kind(source)
    now = source.clock.now()
    async with source.store.read() as tx:
        known = await entities.ids(tx, connection, kind)
        live = await entities.ids(tx, *_parents(source), live=True)
        changed = set(await entities.changed_since(tx, *_parents(source), since))
    new = (live | changed) - known
    if not new and not changed:
        return
    async with source.store.write() as tx:
        lists = [_list(source, one, now) for one in sorted(new)]
        await entities.add_new(tx, lists)
        await entities.set_due(tx, connection, kind, changed & known, now)


async def _note_read(source: Source, found: dict[str, list[Json]], known: _Known) -> None:
    """Say when to read each list again, by what it showed and by the life of its parent."""
    now = source.clock.now()
    async with source.store.write() as tx:
        for parent, rows in found.items():
            was = known.lists.get(parent)
            after = _read(source, was or _list(source, parent, now), rows, now)
            live = parent in known.parents and known.parents[parent].live
            quiet = now - (after.changed_at or now)
            hot = live or quiet < source.cadence.details_every * 4
            # Settled and quiet: only the walk comes by again.
            due_at = now + next_look(source.cadence, quiet, live=True) if hot else None
            await entities.save(
                tx, replace(after, live=live, due_at=due_at), was.version if was else None
            )


def _read(source: Source, before: Entity, rows: list[Json], now: datetime) -> Entity:
    seen = observe.fingerprint({"rows": rows})
    changed = before.row_fingerprint != seen
    return replace(
        before,
        row_fingerprint=seen,
        row_seen_at=now,
        changed_at=now if changed else before.changed_at,
        state={"ids": sorted(str(row[source.stream.id_field]) for row in rows)},
    )


def _parents(source: Source) -> tuple[str, str]:
    assert source.stream.parent is not None
    return source.facts.connection, source.stream.parent


def _list(source: Source, parent: str, now: datetime) -> Entity:
    return Entity(
        connection=source.facts.connection,
        kind=list_kind(source),
        entity_id=parent,
        ordering_key=parent,
        version=0,
        row_fingerprint="",
        row_seen_at=now,
        due_at=now,
    )
