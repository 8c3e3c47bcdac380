"""Cycles: one look at a stream, be it the silent first one, a quick window or a full sweep."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.http.errors import ProviderError, Transient
from adapters.store import cursors, entities
from adapters.store.entities import Entity
from adapters.store.errors import StoreError
from workers.detect import observe
from workers.detect.observe import Source, Tally
from workers.detect.stream import Cadence, Page
from workers.detect.sweep import SweepReport, sweep, window
from workers.telemetry import logs, metrics, tracing

LIVE_DETAILS = 50
"""Details of live entities read in one look, so that a look stays short."""
COLD_DETAILS = 10
"""Details of finished entities read in one look: they change seldom, but they do."""
COLD_EVERY = timedelta(days=1)

log = logs.logger("detect")


@dataclass(frozen=True)
class Progress:
    """How far a stream is: what its cursor in the store holds. Times are ISO 8601, UTC."""

    baseline_at: str | None = None
    swept_at: str | None = None
    looked_at: str | None = None
    succeeded_at: str | None = None
    failures: int = 0
    error: str | None = None
    unusable: int = 0
    seen: int = 0
    changed: int = 0
    events: int = 0
    total: int | None = None
    steady: bool = False


async def progress(source: Source) -> Progress:
    """Return the stream's cursor; a stream never looked at has an empty one."""
    async with source.store.read() as tx:
        return await _progress(tx, source)


async def _progress(tx: AsyncConnection, source: Source) -> Progress:
    cursor = await cursors.get(tx, *source.labels)
    known = {one.name for one in fields(Progress)}  # another release may have noted more
    values = cursor.value.items() if cursor else ()
    return Progress(**{name: value for name, value in values if name in known})


async def run_cycle(source: Source, cadence: Cadence) -> Progress:
    """Look at the stream once and write down how it went.

    What was read before a failure stays saved; the failure itself is in the returned progress, and
    the cursor does not move past what was not read. A look that another process overtook, because
    this one fell silent for longer than its lease, leaves the cursor to the other.

    Raises:
        StoreError: The store cannot be used.
    """
    before = await progress(source)
    tally = Tally()
    started = time.perf_counter()
    now = source.clock.now()
    try:
        with tracing.span(
            f"look at {source.stream.provider}.{source.stream.name}",
            attributes={"tiebeam.connection": source.facts.connection},
        ):
            after = await _look(source, cadence, before, now, tally)
    except ProviderError as error:
        tally.error = tally.error or error
        after = before
    except Exception as error:  # a surprise must be as visible as any other failure
        log.exception("look not understood", stream=source.stream.name)
        tally.error = error
        after = before
    metrics.CYCLE_SECONDS.labels(*source.labels).observe(time.perf_counter() - started)
    after = _counted(after, tally, now)
    async with source.store.write() as tx:
        if (others := await _progress(tx, source)) != before:
            log.warning("another process looked meanwhile", stream=source.stream.name)
            return others
        await cursors.put(tx, *source.labels, asdict(after), now)
    return after


def _counted(after: Progress, tally: Tally, now: datetime) -> Progress:
    after = replace(
        after,
        looked_at=now.isoformat(),
        seen=tally.seen,
        unusable=tally.unusable,
        changed=tally.changed,
        events=after.events + tally.events,
    )
    if tally.error is None:
        return replace(after, succeeded_at=now.isoformat(), failures=0, error=None)
    return replace(after, failures=after.failures + 1, error=_explain(tally.error))


def _explain(error: Exception) -> str:
    # the text of a surprise may hold what the provider sent
    known = isinstance(error, ProviderError | StoreError)
    return str(error) if known else f"{type(error).__qualname__}, see the log"


async def _look(
    source: Source, cadence: Cadence, before: Progress, now: datetime, tally: Tally
) -> Progress:
    if before.baseline_at is None:
        return await _baseline(source, before, now, tally)
    baseline = datetime.fromisoformat(before.baseline_at)
    after = await _rows(source, cadence, before, now, baseline, tally)
    await _rotate(source, cadence, now, baseline, tally)
    return after


async def _baseline(source: Source, before: Progress, now: datetime, tally: Tally) -> Progress:
    baseline: datetime | None = None

    async def record(page: Page) -> None:
        nonlocal baseline
        baseline = baseline or page.server_date or now
        async with source.store.write() as tx:
            if (await _progress(tx, source)).baseline_at is None:
                await observe.record_baseline(tx, source, page.rows, baseline, tally)

    report = await sweep(source.stream, source.client, record, confirm=True)
    if not report.steady:
        tally.error = tally.error or _moving(source, report)
        return before  # an incomplete baseline would later announce old rows as new
    log.info("baseline recorded", connection=source.facts.connection, stream=source.stream.name)
    return _swept(replace(before, baseline_at=(baseline or now).isoformat()), report, now)


async def _rows(
    source: Source,
    cadence: Cadence,
    before: Progress,
    now: datetime,
    baseline: datetime,
    tally: Tally,
) -> Progress:
    context = tracing.current()

    async def read(page: Page) -> None:
        await observe.observe_rows(source, page.rows, baseline, tally, context)

    windows = source.stream.windows(now)
    if windows and not _due(before.swept_at, cadence.sweep_every, now):
        for filters in windows:
            await window(source.stream, source.client, filters, read)
        return before
    report = await sweep(source.stream, source.client, read)
    if not report.steady or tally.error is not None:
        # rows may have been missed or left unread: sweep again at the next look
        return replace(before, total=report.total, steady=report.steady)
    return _swept(before, report, now)


async def _rotate(
    source: Source, cadence: Cadence, now: datetime, baseline: datetime, tally: Tally
) -> None:
    connection, kind = source.facts.connection, source.stream.entity
    async with source.store.read() as tx:
        live = await entities.least_recently_read(tx, connection, kind, LIVE_DETAILS, live=True)
        cold = await entities.least_recently_read(tx, connection, kind, COLD_DETAILS, live=False)
    stale = [
        *_read_before(live, now - cadence.details_every),
        *_read_before(cold, now - COLD_EVERY),
    ]
    await observe.observe_details(source, stale, baseline, tally, tracing.current())


def _read_before(known: Iterable[Entity], limit: datetime) -> list[Entity]:
    return [one for one in known if one.detail_read_at is None or one.detail_read_at <= limit]


def _moving(source: Source, report: SweepReport) -> Transient:
    ids, total = len(report.ids), report.total
    detail = f"the listing never held still: {ids} ids were read, {total} are said to be there"
    return Transient(source.facts.connection, f"list {source.stream.name}", detail)


def _swept(before: Progress, report: SweepReport, now: datetime) -> Progress:
    return replace(before, swept_at=now.isoformat(), total=report.total, steady=report.steady)


def _due(last: str | None, pause: timedelta, now: datetime) -> bool:
    return last is None or datetime.fromisoformat(last) + pause <= now
