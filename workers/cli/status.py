"""`tiebeam status`: how far the streams are, what waits, and where reactions stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from adapters.http.drift import Finding
from adapters.store import hints, inbox, outbox
from workers.cli.context import out, run_with_parts
from workers.cli.streams import state, tell_trouble
from workers.cli.tables import table, when
from workers.clock import SystemClock
from workers.detect import drift
from workers.detect.cycle import Progress
from workers.detect.poller import overview
from workers.wiring import Parts

LATEST = 20
"""Findings of the drift watch that are shown to people; programs get them all."""

STATES = ("pending", "running", "retrying", "succeeded", "blocked", "dead", "cancelled")


@dataclass(frozen=True)
class Overview:
    """What `status` shows. Times are UTC; `hints` are of webhooks, by connection."""

    streams: dict[str, Progress]
    hints: dict[str, int]
    outbox_rows: int
    outbox_oldest: datetime | None
    reactions: dict[str, dict[str, int]]
    drift: list[tuple[str, Finding]]


def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show streams, hints, outbox and reactions, and what is new in providers' answers."""
    seen = run_with_parts(context.obj, look)
    if as_json:
        typer.echo(orjson.dumps(_for_programs(seen), option=orjson.OPT_INDENT_2).decode())
        return
    out.print(_streams(seen, SystemClock().now()))
    for name, looked in seen.streams.items():
        tell_trouble(name, looked)
    for connection, number in seen.hints.items():
        out.print(f"hints of {connection}: {number} waiting", markup=False, soft_wrap=True)
    oldest = (
        f", the oldest since {seen.outbox_oldest:%Y-%m-%d %H:%M:%S} UTC"
        if seen.outbox_oldest
        else ""
    )
    out.print(f"outbox: {seen.outbox_rows} waiting{oldest}")
    out.print(_reactions(seen))
    for connection, one in seen.drift[:LATEST]:
        out.print(_drift(connection, one), markup=False, soft_wrap=True)
    if (more := len(seen.drift) - LATEST) > 0:
        out.print(f"{more} more findings; see --json")


async def look(parts: Parts) -> Overview:
    """Read the overview from the store."""
    async with parts.store.read() as tx:
        waiting = await hints.backlog(tx)
        backlog = await outbox.backlog(tx)
        counts = await inbox.counts(tx)
        found = await drift.findings(tx)
    by_name: dict[str, dict[str, int]] = {}
    for (reaction, stands), number in counts.items():
        by_name.setdefault(reaction, {})[stands] = number
    streams = {
        "/".join(source.labels): progress for source, progress in await overview(parts.sources)
    }
    return Overview(streams, waiting, backlog.rows, backlog.oldest_created_at, by_name, found)


def _for_programs(seen: Overview) -> Mapping[str, Any]:
    streams = {
        name: {**asdict(one), "missed_per_10_000": one.missed_per_10_000}
        for name, one in seen.streams.items()
    }
    found = [{"connection": connection, **asdict(one)} for connection, one in seen.drift]
    return {**asdict(seen), "streams": streams, "drift": found}


def _streams(seen: Overview, now: datetime) -> Table:
    numbers = ("rows", "events", "calls", "missed")
    listed = table("stream", "looked", *numbers, "state", numbers=numbers)
    for name, progress in seen.streams.items():
        counts = (progress.seen, progress.events, progress.calls)
        looked = when(progress.looked_at, now)
        listed.add_row(name, looked, *map(str, counts), _missed(progress), state(progress))
    return listed


def _reactions(seen: Overview) -> Table | str:
    if not seen.reactions:
        return "reactions: none yet"
    listed = table("reaction", *STATES, numbers=STATES)
    for name, counts in seen.reactions.items():
        listed.add_row(name, *(str(counts.get(one, 0)) for one in STATES))
    return listed


def _drift(connection: str, one: Finding) -> str:
    times = "once" if one.count == 1 else f"{one.count} times"
    return f"{connection} {one.model}.{one.field}: {one.what}, seen {times}"


def _missed(looked: Progress) -> str:
    """The changes that only a slow look found, per 10,000 rows."""
    share = looked.missed_per_10_000
    return "-" if share is None else f"{share:.1f}"
