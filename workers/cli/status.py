"""`tiebeam status`: how far the streams are, what waits, and where reactions stand."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated

import orjson
import typer
from rich.markup import escape
from rich.table import Table

from adapters.store import inbox, outbox
from workers.cli.context import out, run_with_parts
from workers.detect.cycle import Progress
from workers.detect.poller import overview
from workers.wiring import Parts


@dataclass(frozen=True)
class Overview:
    """What `status` shows. Times are UTC."""

    streams: dict[str, Progress]
    outbox_rows: int
    outbox_oldest: datetime | None
    reactions: dict[str, dict[str, int]]


def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show streams, outbox and reactions."""
    seen = run_with_parts(context.obj, look)
    if as_json:
        typer.echo(orjson.dumps(asdict(seen), option=orjson.OPT_INDENT_2).decode())
        return
    out.print(_streams(seen))
    oldest = (
        f", the oldest since {seen.outbox_oldest:%Y-%m-%d %H:%M:%S} UTC"
        if seen.outbox_oldest
        else ""
    )
    out.print(f"outbox: {seen.outbox_rows} waiting{oldest}")
    out.print(_reactions(seen))


async def look(parts: Parts) -> Overview:
    """Read the overview from the store."""
    async with parts.store.read() as tx:
        backlog = await outbox.backlog(tx)
        counts = await inbox.counts(tx)
    by_name: dict[str, dict[str, int]] = {}
    for (reaction, state), number in counts.items():
        by_name.setdefault(reaction, {})[state] = number
    streams = {
        "/".join(source.labels): progress for source, progress in await overview(parts.sources)
    }
    return Overview(streams, backlog.rows, backlog.oldest_created_at, by_name)


def _streams(seen: Overview) -> Table:
    table = Table("stream", "baseline", "last look", "rows", "events", "state", box=None)
    for name, progress in seen.streams.items():
        table.add_row(
            name,
            _clock(progress.baseline_at),
            _clock(progress.looked_at),
            str(progress.seen),
            str(progress.events),
            _state(progress),
        )
    return table


def _clock(iso: str | None) -> str:
    return f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M:%S}" if iso else "never"


def _state(progress: Progress) -> str:
    if progress.failures:
        return f"[red]failed {progress.failures} times:[/] {escape(progress.error or '')}"
    if progress.looked_at and not progress.steady:
        return "[yellow]listing moves while it is read[/]"
    if progress.unusable:
        return f"[yellow]{progress.unusable} unusable[/]"
    return "[green]ok[/]" if progress.looked_at else "not looked at yet"


def _reactions(seen: Overview) -> Table | str:
    if not seen.reactions:
        return "reactions: none yet"
    states = ("pending", "running", "retrying", "succeeded", "blocked", "dead")
    table = Table("reaction", *states, box=None)
    for name, counts in seen.reactions.items():
        table.add_row(name, *(str(counts.get(state, 0)) for state in states))
    return table
