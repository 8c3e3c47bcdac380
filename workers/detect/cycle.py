"""Cycles: one look at a stream, be it the silent first one, a quick window or a full sweep."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.http.errors import ProviderError, Transient
from adapters.http.limits import Priority, at_priority
from adapters.http.observation import counting_calls
from adapters.store import cursors, entities
from adapters.store.errors import StoreError
from workers.detect import arrival, children, first_look, hint_totals, observe, removal
from workers.detect.observe import Source, Tally
from workers.detect.stream import Page, Stream
from workers.detect.sweep import SweepReport, sweep, window
from workers.telemetry import logs, metrics, tracing

DUE_DETAILS = 50
"""Details read in one look because they are due, so that a look stays short."""

ROWS_A_CALL = 200
"""The rows that one call can list, about: a guess that decides between two right ways."""
BASELINE_TAKES = timedelta(seconds=1)
"""Providers tell the time in whole seconds: what shows that of the baseline may have come later."""
TOTALS = ("missed", "compared", "events", "all_calls")
"""What a stream's progress counts since its baseline."""

log = logs.logger("detect")


@dataclass(frozen=True)
class Progress:
    """How far a stream is: what its cursor in the store holds. Times are ISO 8601, UTC.

    `pages`, `ids` and `total` are of the last sweep; `missed` of `compared` rows were changes that
    only a slow look found; `held` entities are gone and `arrived` came into view, too many at once
    to be told. Below parents, `came`, `went` (told to be gone) and `arrived` are counted since
    `counted_from`. `calls` were sent in the last look, `all_calls` in all since the baseline; to
    these and to `events`, `progress` adds what hints led to. `resumes_at` is the baseline of a
    store that was lost: the first look with the rebuilt one goes on from there.
    """

    baseline_at: str | None = None
    resumes_at: str | None = None
    swept_at: str | None = None
    looked_at: str | None = None
    succeeded_at: str | None = None
    failures: int = 0
    error: str | None = None
    unusable: int = 0
    pages: int = 0
    ids: int = 0
    missed: int = 0
    compared: int = 0
    held: int = 0
    arrived: int = 0
    came: int = 0
    went: int = 0
    counted_from: str | None = None
    walked_to: str = ""
    seen: int = 0
    changed: int = 0
    events: int = 0
    calls: int = 0
    all_calls: int = 0
    total: int | None = None
    steady: bool = False

    @property
    def missed_per_10_000(self) -> float | None:
        """The share of rows whose change only a slow look found; None where none was compared."""
        return self.missed * 10_000 / self.compared if self.compared else None


async def progress(source: Source) -> Progress:
    """Return how far the stream is, with what hints led to; empty where it was never looked at."""
    async with source.store.read() as tx:
        looked = await _progress(tx, source)
        hinted = await hint_totals.totals(tx, source.labels, looked.baseline_at)
    if hinted is None:
        return looked
    events, calls = looked.events + hinted.events, looked.all_calls + hinted.calls
    return replace(looked, events=events, all_calls=calls)


async def _progress(tx: AsyncConnection, source: Source) -> Progress:
    cursor = await cursors.get(tx, *source.labels)
    known = {one.name for one in fields(Progress)}  # another release may have noted more
    values = cursor.value.items() if cursor else ()
    return Progress(**{name: value for name, value in values if name in known})


async def run_cycle(source: Source) -> Progress:
    """Look at the stream once and write down how it went.

    What was read before a failure stays saved; the failure itself is in the returned progress, and
    the cursor does not move past what was not read. A look that another process overtook, because
    this one fell silent for longer than its lease, leaves the cursor to the other but for totals.

    Raises:
        StoreError: The store cannot be used.
    """
    async with source.store.read() as tx:
        before = await _progress(tx, source)
    tally = Tally()
    started = time.perf_counter()
    now = source.clock.now()
    try:
        with (
            counting_calls() as calls,
            tracing.span(
                f"look at {source.stream.provider}.{source.stream.name}",
                attributes={"tiebeam.connection": source.facts.connection},
            ),
        ):
            after = await _look(source, before, now, tally)
    except ProviderError as error:
        tally.error = tally.error or error
        after = before
    except Exception as error:  # a surprise must be as visible as any other failure
        log.exception("look not understood", stream=source.stream.name)
        tally.error = error
        after = before
    tally.judge()
    metrics.CYCLE_SECONDS.labels(*source.labels).observe(time.perf_counter() - started)
    metrics.ROWS_COMPARED.labels(*source.labels).inc(after.compared - before.compared)
    after = _counted(after, tally, now, calls.count)
    metrics.ARRIVALS_HELD.labels(*source.labels).set(after.arrived)
    if source.stream.removed is not None:
        metrics.REMOVALS_HELD.labels(*source.labels).set(after.held)
    if tally.arrived:
        await arrival.alarm(source, tally)
    return await _write_down(source, before, after, now)


def _counted(after: Progress, tally: Tally, now: datetime, calls: int) -> Progress:
    after = replace(
        after,
        looked_at=now.isoformat(),
        seen=tally.seen,
        unusable=tally.unusable,
        changed=tally.changed,
        missed=after.missed + tally.missed,
        arrived=max(after.arrived, tally.arrived),
        events=after.events + tally.events,
        calls=calls,
        all_calls=after.all_calls + calls,
    )
    if tally.error is None:
        return replace(after, succeeded_at=now.isoformat(), failures=0, error=None)
    return replace(after, failures=after.failures + 1, error=_explain(tally.error))


async def _write_down(source: Source, before: Progress, after: Progress, now: datetime) -> Progress:
    """Move the cursor; where another process moved it meanwhile, only add to its totals."""
    async with source.store.write() as tx:
        others = await _progress(tx, source)
        if others != before:
            log.warning("another process looked meanwhile", stream=source.stream.name)
            if others.baseline_at is None or others.baseline_at != before.baseline_at:
                return others  # the stream begins anew
            after = replace(others, **_added(others, before, after))
        await cursors.put(tx, *source.labels, asdict(after), now)
    return after


def _added(others: Progress, before: Progress, after: Progress) -> dict[str, Any]:
    return {
        name: getattr(others, name) + getattr(after, name) - getattr(before, name)
        for name in TOTALS
    }


def _explain(error: Exception) -> str:
    # the text of a surprise may hold what the provider sent
    known = isinstance(error, ProviderError | StoreError)
    return str(error) if known else f"{type(error).__qualname__}, see the log"


async def _look(source: Source, before: Progress, now: datetime, tally: Tally) -> Progress:
    if source.stream.parent is not None:
        return await _below(source, before, now, tally)
    if before.baseline_at is None:
        return await _baseline(source, before, now, tally)
    baseline = datetime.fromisoformat(before.baseline_at)
    after = await _rows(source, before, now, baseline, tally)
    await _rotate(source, now, baseline, tally)
    return after


async def _below(source: Source, before: Progress, now: datetime, tally: Tally) -> Progress:
    """Look below the parents. What was there before the first look is told from its own times."""
    if _due(before.counted_from, source.cadence.sweep_every, now):
        before = replace(before, counted_from=now.isoformat(), came=0, went=0, arrived=0)
    tally.came, tally.went = before.came, before.went
    first = before.baseline_at is None
    if first:
        before = replace(before, baseline_at=before.resumes_at or now.isoformat(), steady=True)
    assert before.baseline_at is not None
    baseline = datetime.fromisoformat(before.baseline_at)
    if not first:
        baseline -= BASELINE_TAKES
    looked_at = None if first else datetime.fromisoformat(before.looked_at or before.baseline_at)
    walk = await children.look_below(source, looked_at, baseline, before.walked_to, tally)
    await _rotate(source, now, walk.baseline, tally)
    if walk.baseline < baseline:
        before = replace(before, baseline_at=walk.baseline.isoformat())
    return replace(
        before,
        walked_to=walk.walked_to,
        compared=before.compared + walk.compared,
        held=before.held if walk.held is None else walk.held,
        arrived=arrival.left(source, before.arrived, tally.came - before.came),
        came=tally.came,
        went=tally.went,
    )


async def _baseline(source: Source, before: Progress, now: datetime, tally: Tally) -> Progress:
    baseline = datetime.fromisoformat(before.resumes_at) if before.resumes_at else None

    async def record(page: Page) -> None:
        nonlocal baseline
        baseline = baseline or page.server_date or now
        async with source.store.write() as tx:
            if (await _progress(tx, source)).baseline_at is None:
                await first_look.record(tx, source, page.rows, baseline, tally)

    with at_priority(Priority.SWEEP):
        report = await sweep(source.stream, source.client, record, confirm=True)
    if not report.steady:
        tally.error = tally.error or _moving(source, report)
        return before  # an incomplete baseline would later announce old rows as new
    log.info("baseline recorded", connection=source.facts.connection, stream=source.stream.name)
    after = _swept(replace(before, baseline_at=(baseline or now).isoformat()), report, now)
    # what a rebuilt store knows from events is compared at once, however long the list
    return replace(after, swept_at=None) if before.resumes_at else after


async def _rows(
    source: Source, before: Progress, now: datetime, baseline: datetime, tally: Tally
) -> Progress:
    context = tracing.current()
    stream = source.stream
    windows = stream.windows(now)
    due = _due(before.swept_at, source.cadence.sweep_every, now)
    if _at_once(stream, before, windows, due=due):
        return await _sweep(source, before, now, baseline, tally)
    shown: set[str] = set()
    in_turn = asyncio.Lock()  # one row may be in two windows, and should be looked at once
    new = _arrivals(source, before, baseline)
    sift = None if stream.shows_changes else new.sift

    async def read(page: Page) -> None:
        async with in_turn:
            await observe.observe_rows(source, page.rows, baseline, tally, context, sift=sift)
        shown.update(str(row[stream.id_field]) for row in page.rows)

    looks = [window(stream, source.client, filters, read) for filters in windows]
    try:
        await _together(looks)
    except ProviderError as error:
        if not due or stream.covered is not None:
            raise
        tally.error = error
        return await _sweep(source, before, now, baseline, tally)
    tally.arrived = await arrival.tell(new, baseline, tally, context)
    if stream.covered is not None:
        await _look_for_absent(source, shown, baseline, tally)
    if not due:
        return before
    late = now if before.swept_at else None  # of a store that was lost, windows reach not back
    return await _sweep(source, before, now, baseline, tally, late=late)


def _at_once(stream: Stream, before: Progress, windows: Sequence[object], *, due: bool) -> bool:
    """Whether to read the whole list without its windows; `due` says that it is to be read now."""
    if not windows:
        return True
    if stream.covered is not None:
        return _short(before, windows)
    return due and not stream.shows_changes


async def _together(looks: Sequence[Coroutine[Any, Any, object]]) -> None:
    """Wait for all; what one of them found stays found when another fails.

    Raises:
        Exception: The first failure, after all have ended.
    """
    for end in await asyncio.gather(*looks, return_exceptions=True):
        if isinstance(end, BaseException):
            raise end


async def _sweep(
    source: Source,
    before: Progress,
    now: datetime,
    baseline: datetime,
    tally: Tally,
    *,
    late: datetime | None = None,
) -> Progress:
    """Read the whole list; windows should have shown what happened before `late`."""
    context = tracing.current()
    new = _arrivals(source, before, baseline)

    async def read(page: Page) -> None:
        await observe.observe_rows(
            source, page.rows, baseline, tally, context, late=late, sift=new.sift
        )

    with at_priority(Priority.SWEEP):
        report = await sweep(source.stream, source.client, read)
        tally.arrived = await arrival.tell(new, baseline, tally, context, late=late)
    ids = len(report.ids)
    compared = before.compared + (ids if late else 0)
    after = replace(
        before,
        total=report.total,
        pages=report.pages,
        ids=ids,
        compared=compared,
        arrived=tally.arrived,
    )
    tally.judge()
    if not report.steady or tally.error is not None:
        # rows may have been missed or left unread: sweep again at the next look
        return replace(after, steady=report.steady)
    held = await removal.tell_removed(source, report.ids, tally)
    return _swept(replace(after, held=held), report, now)


def _arrivals(source: Source, before: Progress, baseline: datetime) -> arrival.Arrivals:
    looked_at = datetime.fromisoformat(before.swept_at) if before.swept_at else baseline
    return arrival.Arrivals(source, lambda _row: looked_at)


async def _look_for_absent(
    source: Source, shown: set[str], baseline: datetime, tally: Tally
) -> None:
    """Look at entities that the windows together should have shown: they have changed."""
    assert source.stream.covered is not None
    async with source.store.read() as tx:
        live = await entities.ids(tx, *source.place, live=True)
        absent = await entities.load(tx, *source.place, sorted(live - shown))
    missing = [one for one in absent.values() if source.stream.covered(one.state or {})]
    # Those first that wait longest: many that stay away do not keep others from being read.
    missing.sort(key=lambda one: one.detail_read_at or baseline)
    await observe.observe_details(
        source, missing[:DUE_DETAILS], baseline, tally, tracing.current(), absent=True
    )


def _short(before: Progress, windows: Sequence[object]) -> bool:
    """Whether the whole list takes no more calls than its windows, which is as good and simpler."""
    return before.total is not None and before.total <= ROWS_A_CALL * len(windows)


async def _rotate(source: Source, now: datetime, baseline: datetime, tally: Tally) -> None:
    """Read the details that are due, however unchanged their rows look; settled ones may wait."""
    if source.stream.read is None or source.stream.whole_rows:
        return
    async with source.store.read() as tx:
        due = await entities.due(tx, *source.place, now, DUE_DETAILS)
    context = tracing.current()
    live, settled = ([one for one in due if one.live is is_live] for is_live in (True, False))
    await observe.observe_details(source, live, baseline, tally, context)
    with at_priority(Priority.SWEEP):
        await observe.observe_details(source, settled, baseline, tally, context)


def _moving(source: Source, report: SweepReport) -> Transient:
    ids, total = len(report.ids), report.total
    detail = f"the listing never held still: {ids} ids were read, {total} are said to be there"
    return Transient(source.facts.connection, f"list {source.stream.name}", detail)


def _swept(before: Progress, report: SweepReport, now: datetime) -> Progress:
    return replace(
        before,
        swept_at=now.isoformat(),
        total=report.total,
        pages=report.pages,
        ids=len(report.ids),
        steady=report.steady,
    )


def _due(last: str | None, pause: timedelta, now: datetime) -> bool:
    return last is None or datetime.fromisoformat(last) + pause <= now
