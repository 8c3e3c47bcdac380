"""What is listed below another entity, such as the bookings of a work order: one call for each.

To look below all of them each time would cost more calls than there are. So each parent has an
entity of its own for its list (kind `<entity>@`), which knows when it is due: at once when the
parent changed, often for a while after that or while the list keeps changing, and often as long as
the parent is live and in a state in which such a list is `hot`; by itself no more else. A slow walk
passes by all parents within `sweep_every`, reads the lists that are not due by themselves, and
counts what it finds.

Not all lists are read in the first look. What one shows that is read later, of a parent that was
there before, is history as far as it shows no time after the stream's baseline: so a change of
which the provider says no time, such as that of a booking, is told of such a list only from then
on. Where a detail says the time, it is told when the detail is first read: at once after a hint,
soon where the list was due, within a day where the walk came by.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from opentelemetry.trace import SpanContext
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.http.limits import Priority, at_priority
from adapters.store import entities
from adapters.store.entities import Entity
from workers.detect import arrival, first_look, listing, observe, removal
from workers.detect.listing import Lists
from workers.detect.observe import Source, Tally
from workers.detect.pace import next_look
from workers.detect.stream import Json, Stream, no_time
from workers.telemetry import tracing

DUE_LISTS = 100
"""Lists read in one look because they are due."""
WALKED_AT_MOST = 100
"""Parents that the slow walk passes in one look, however many there are."""
CHUNK = 2_000
"""Lists that are changed in one transaction, which others must wait for."""
OVERLAP = timedelta(seconds=30)
"""How far back a look reaches for changes that were saved while the one before was under way."""

OLD = "old"
"""The mark of a list whose parent was known when the stream looked for the first time."""


def list_kind(source: Source) -> str:
    """The kind of the entities that stand for the lists themselves."""
    return f"{source.stream.entity}@"


@dataclass(frozen=True)
class Below:
    """What came of reading some lists.

    `baseline` is earlier than it was said to be if the provider's clock is behind ours; `held`
    entities are gone, too many at once to be told: None where these lists say nothing of that.
    """

    baseline: datetime
    held: int | None = None


@dataclass(frozen=True)
class Walk:
    """What a look below the parents leaves to the next one: `compared` rows the walk has read."""

    walked_to: str
    compared: int
    held: int | None
    baseline: datetime


async def look_below(
    source: Source, looked_at: datetime | None, baseline: datetime, walked_to: str, tally: Tally
) -> Walk:
    """Read the lists that are due, and those that the slow walk has come to.

    Args:
        looked_at: When it was done last; None at the first look.
        walked_to: Which parent the walk has passed last; empty where it has not begun.
    """
    now = source.clock.now()
    if looked_at is None:
        await _forget_reads(source, now)
    await _note_parents(source, looked_at, now)
    async with source.store.read() as tx:
        due = await entities.due(tx, source.facts.connection, list_kind(source), now, DUE_LISTS)
        passed = await _passed(tx, source, walked_to, looked_at, now)
        lists = await entities.load(tx, source.facts.connection, list_kind(source), passed)
    below = await read_lists(source, [one.entity_id for one in due], baseline, tally)
    seen = tally.seen
    walked = [one for one in passed if one not in lists or lists[one].due_at is None]
    with at_priority(Priority.BACKFILL):
        walk = await read_lists(source, walked, below.baseline, tally, late=True)
    known = [one for one in (below.held, walk.held) if one is not None]
    return Walk(
        walked_to=passed[-1] if passed else walked_to,
        compared=tally.seen - seen,
        held=sum(known) if known else None,
        baseline=walk.baseline,
    )


async def _passed(
    tx: AsyncConnection, source: Source, walked_to: str, looked_at: datetime | None, now: datetime
) -> list[str]:
    """The parents that the walk passes now, so many that it comes round within `sweep_every`.

    More than `WALKED_AT_MOST` a look it never passes: then it takes longer.
    """
    parents = await entities.count(tx, *_parents(source))
    since = now - looked_at if looked_at else timedelta()
    share = since / max(source.cadence.sweep_every, timedelta.resolution)
    steps = min(max(math.ceil(parents * share), 1), WALKED_AT_MOST, parents)
    passed = await entities.following(tx, *_parents(source), walked_to, steps)
    left = steps - len(passed)
    return passed + await entities.following(tx, *_parents(source), "", left)


async def read_lists(
    source: Source,
    parents: Sequence[str],
    baseline: datetime,
    tally: Tally,
    *,
    late: bool = False,
    closely: bool = False,
    found_by: SpanContext | None = None,
) -> Below:
    """Read the lists below these parents, observe their rows, and say when to come again.

    Args:
        source: The stream, and where to look.
        parents: Their ids.
        baseline: When the stream's baseline was taken.
        tally: What is found is added to it.
        late: Whether a quicker way of looking should have found what is found here.
        closely: Whether to read the details of unchanged rows as well.
        found_by: What the traces of the events are linked to; None: the span that runs now.
    """
    if not parents:
        return Below(baseline)
    started = source.clock.now()
    found_by = found_by or tracing.current()
    lists = await listing.read(source, parents)
    listing.count(lists, tally)
    baseline = listing.earlier(baseline, lists, started)
    known = await _known(source, parents)
    silent = [row for one, rows in lists.rows.items() if known.is_history(one) for row in rows]
    if silent:
        async with source.store.write() as tx:
            await first_look.record(tx, source, silent, baseline, Tally())
            if not late and _may_say_when(source.stream):
                ids = [str(row[source.stream.id_field]) for row in silent]
                await entities.set_due(tx, *source.place, ids, started)
    # Also what is history: what happened since the baseline was left out of it.
    rows = [row for found in lists.rows.values() for row in found]
    since, new = started if late else None, arrival.Arrivals(source, known.read_at)
    await observe.observe_rows(source, rows, baseline, tally, found_by, late=since, sift=new.sift)
    tally.arrived += await arrival.tell(new, baseline, tally, found_by, late=since)
    if closely:
        listed = [str(row[source.stream.id_field]) for row in rows]
        await _read_details(source, listed, started, baseline, tally, found_by)
    gone = known.gone(source, lists.rows)
    absence = await removal.tell_absent(source, gone, tally)
    await _note_read(source, lists, known, await _still_below(source, absence.left))
    await _note_failed(source, lists, known)
    return Below(baseline, absence.held if absence.held or known.waited(lists.rows) else None)


def _may_say_when(stream: Stream) -> bool:
    """Whether details may tell of history that something happened to it since the baseline."""
    return not stream.whole_rows and stream.happened is not no_time


@dataclass(frozen=True)
class _Known:
    """What the store knew of some lists, and of their parents, before they were read."""

    parent_field: str
    lists: dict[str, Entity]
    parents: dict[str, Entity]

    def __contains__(self, parent: str) -> bool:
        return parent in self.lists or parent in self.parents

    def is_history(self, parent: str) -> bool:
        """Whether what is below a parent was there before: it is read for the first time, and the
        parent is from its own baseline or was known when the stream looked for the first time.
        """
        if self.was_read(parent):
            return False
        if parent in self.lists and (self.lists[parent].marks or {}).get(OLD):
            return True
        return parent in self.parents and self.parents[parent].version == 0

    def was_read(self, parent: str) -> bool:
        """Whether the list was ever read."""
        return parent in self.lists and self.lists[parent].row_fingerprint != ""

    def read_at(self, row: Json) -> datetime | None:
        """When the list of a row was read before; None: never."""
        parent = row[self.parent_field]
        return self.lists[parent].row_seen_at if self.was_read(parent) else None

    def gone(self, source: Source, found: dict[str, list[Json]]) -> set[str]:
        """The ids that a list showed when it was read before and shows no more."""
        before = {one for parent in found for one in self.shown(parent)}
        return before - {
            str(row[source.stream.id_field]) for rows in found.values() for row in rows
        }

    def shown(self, parent: str) -> list[str]:
        """The ids that were below a parent when its list was read before."""
        known = self.lists.get(parent)
        return list((known.state or {}).get("ids", ())) if known else []

    def waited(self, found: Iterable[str]) -> bool:
        """Whether what was gone from one of these lists, when it was read before, waits."""
        lists = (self.lists[parent] for parent in found if parent in self.lists)
        return any((one.state or {}).get("waiting") for one in lists)


async def _known(source: Source, parents: Sequence[str]) -> _Known:
    async with source.store.read() as tx:
        lists = await entities.load(tx, source.facts.connection, list_kind(source), parents)
        known = await entities.load(tx, *_parents(source), parents)
    return _Known(source.stream.parent_field, lists, known)


async def _read_details(
    source: Source,
    ids: Sequence[str],
    started: datetime,
    baseline: datetime,
    tally: Tally,
    found_by: SpanContext,
) -> None:
    """Read the details of what was listed and not read since: thin rows hide most edits."""
    if source.stream.whole_rows or source.stream.read is None:
        return
    async with source.store.read() as tx:
        known = await entities.load(tx, *source.place, ids)
    unread = [
        one for one in known.values() if one.detail_read_at is None or one.detail_read_at < started
    ]
    await observe.observe_details(source, unread, baseline, tally, found_by)


async def _still_below(source: Source, absent: Collection[str]) -> dict[str, set[str]]:
    """By parent, what is listed no more and was not told to be gone: it is asked for again.

    What is below another parent by now is looked for there.
    """
    left: defaultdict[str, set[str]] = defaultdict(set)
    if absent:
        async with source.store.read() as tx:
            known = await entities.load(tx, *source.place, absent)
        for one in known.values():
            left[str((one.state or {}).get(source.stream.parent_field))].add(one.entity_id)
    return left


async def _forget_reads(source: Source, now: datetime) -> None:
    """Let lists that are known at a first look count as never read: the stream begins anew."""
    connection, kind = source.facts.connection, list_kind(source)
    async with source.store.read() as tx:
        known = sorted(await entities.ids(tx, connection, kind))
    for start in range(0, len(known), CHUNK):
        async with source.store.write() as tx:
            lists = await entities.load(tx, connection, kind, known[start : start + CHUNK])
            unread = [
                replace(one, row_fingerprint="", marks={OLD: True}, due_at=one.due_at and now)
                for one in lists.values()
            ]
            await entities.save_all(tx, [(one, one.version) for one in unread])


async def _note_parents(source: Source, looked_at: datetime | None, now: datetime) -> None:
    """Let the lists of new, live and just changed parents be known and due.

    At the first look the lists of all parents are known, where what is below them has no time.
    """
    connection, kind = source.facts.connection, list_kind(source)
    async with source.store.read() as tx:
        known = await entities.ids(tx, connection, kind)
        live = await entities.ids(tx, *_parents(source), live=True)
        changed: set[str] = set()
        settled: set[str] = set()
        if looked_at is not None:
            since = looked_at - OVERLAP
            changed = set(await entities.changed_since(tx, *_parents(source), since))
        elif source.stream.happened is no_time:
            settled = await entities.ids(tx, *_parents(source), live=False)
    new = sorted((live | changed | settled) - known)
    if not new and not changed:
        return
    marks = {OLD: True} if looked_at is None else None
    async with source.store.write() as tx:
        meanwhile = await entities.fingerprints(tx, connection, kind, new)
        lists = [
            replace(_list(source, one, now), due_at=None if one in settled else now, marks=marks)
            for one in new
            if one not in meanwhile
        ]
        await entities.add_new(tx, lists)
        await entities.set_due(tx, connection, kind, changed & known, now)


async def _note_read(
    source: Source, lists: Lists, known: _Known, left: dict[str, set[str]]
) -> None:
    """Say when to read each list again, by what it showed and by the life of its parent."""
    now = source.clock.now()
    async with source.store.write() as tx:
        for parent, rows in lists.rows.items():
            if not rows and parent not in known:
                continue  # there is no such parent, by all that anybody knows
            was = known.lists.get(parent)
            waiting = left.get(parent, set()).intersection(known.shown(parent))
            after = _read(
                source, was or _list(source, parent, now), rows, waiting, known.parents.get(parent)
            )
            await entities.save(tx, after, was.version if was else None)


async def _note_failed(source: Source, lists: Lists, known: _Known) -> None:
    """Let the lists that could not be read be due again, after all others that are due."""
    failed = {one: error for one, error in lists.errors.items() if one in known}
    if not failed:
        return
    now = source.clock.now()
    again = now + next_look(source.cadence, timedelta(), live=True)
    async with source.store.write() as tx:
        for parent, error in failed.items():
            was = known.lists.get(parent)
            due_at = again if error.status == HTTPStatus.FORBIDDEN else now
            after = replace(was or _list(source, parent, now), due_at=due_at)
            await entities.save(tx, after, was.version if was else None)


def _read(
    source: Source, before: Entity, rows: list[Json], waiting: set[str], parent: Entity | None
) -> Entity:
    """A list as it was just read: with the ids that it shows, and those that wait to be told."""
    now = source.clock.now()
    ids = {str(row[source.stream.id_field]) for row in rows}
    hot = parent is not None and _is_hot(source.stream, rows, parent)
    seen = observe.fingerprint({"rows": rows})
    changed = before.row_fingerprint not in ("", seen)
    # That a list where nothing is expected is read for the first time is no sign of life.
    changed_at = now if changed or (hot and before.changed_at is None) else before.changed_at
    times = [one for one in (changed_at, parent.changed_at if parent else None) if one]
    quiet = now - max(times) if times else timedelta.max
    again = hot or waiting or quiet < source.cadence.details_every * 4
    return replace(
        before,
        live=hot,
        row_fingerprint=seen,
        row_seen_at=now,
        changed_at=changed_at,
        # Neither hot nor changed of late: only the walk comes by again.
        due_at=now + next_look(source.cadence, quiet, live=True) if again else None,
        state={"ids": sorted(ids | waiting), "waiting": sorted(waiting)},
    )


def _is_hot(stream: Stream, rows: list[Json], parent: Entity) -> bool:
    """Whether changes are likely below a parent, by its own state or by what is there.

    Rows that are all there is have no details in rotation: their list alone shows what changes.
    """
    if not parent.live:
        return False
    open_rows = stream.whole_rows and any(stream.live(stream.row_state(row)) for row in rows)
    return open_rows or stream.hot(parent.state or {})


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
