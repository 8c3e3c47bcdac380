"""`tiebeam streams`: how each stream looks and what it costs, and to begin one anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.markup import escape
from rich.table import Table

from adapters.store import cursors
from workers.cli.context import Failed, out, run_with_parts
from workers.detect.cycle import Progress
from workers.detect.observe import Source
from workers.detect.poller import overview
from workers.settings import SettingsError
from workers.wiring import Parts

app = typer.Typer(help="List the streams, or begin one anew.", no_args_is_help=True)

COLUMNS = (
    *("stream", "every/sweep/details", "baseline", "last look", "last sweep", "pages", "ids"),
    *("total", "seen", "changed", "calls", "missed", "held", "state"),
)


@app.command("list")
def show(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List every stream with its pace and its last look.

    Pages, ids and total (as the provider says) are of the last sweep; seen, changed and calls of
    the last look. Missed are the changes that only a slow look found, per 10,000 rows compared.
    Held are entities that are gone, too many at once to be told. Times are UTC.
    """

    async def work(parts: Parts) -> list[tuple[Source, Progress]]:
        return await overview(parts.sources)

    found = run_with_parts(context.obj, work)
    if as_json:
        rows = [_shown(source, looked) for source, looked in found]
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    table = Table(*COLUMNS, box=None)
    for source, looked in found:
        table.add_row(*_row(source, looked))
    out.print(table if found else "none")


@app.command("reset")
def reset(
    context: typer.Context,
    connection: Annotated[str, typer.Argument(help="As in the configuration.")],
    stream: Annotated[str, typer.Argument(help="Such as invoices.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget how far a stream has come, so that its next look is a silent first one.

    What came into view meanwhile and is not known yet, for instance since the account sees more
    properties, is then recorded without a word; `tiebeam backfill` tells its history. What is known
    stays known: nothing is told twice, and a change of it that was not told yet still is.
    """
    name = f"{connection}/{stream}"

    async def work(parts: Parts) -> bool:
        source = chosen(parts, context.obj.path, connection, stream)
        if not yes and not typer.confirm(f"Take what is in {name} now for known, without a word?"):
            raise Failed(f"{name} is as it was")
        # A look that is under way finds its cursor gone, and leaves it so.
        async with parts.store.write() as tx:
            return await cursors.forget(tx, *source.labels)

    forgot = run_with_parts(context.obj, work)
    told = "the next look is its first" if forgot else "it was not looked at yet"
    out.print(f"{name}: {told}", markup=False, soft_wrap=True)


def chosen(parts: Parts, path: Path, connection: str, stream: str) -> Source:
    """The stream of these names.

    Raises:
        SettingsError: The configuration knows no such one.
    """
    found = {source.labels: source for source in parts.sources}
    if (connection, stream) not in found:
        known = ", ".join("/".join(labels) for labels in found) or "none"
        raise SettingsError(f"{path}: there is no stream {connection}/{stream}; there are: {known}")
    return found[connection, stream]


def clock(iso: str | None) -> str:
    """A time of a stream's progress as people read it."""
    return f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M:%S}" if iso else "never"


def state(looked: Progress) -> str:
    """How a stream is, in a few words with markup."""
    if looked.failures:
        return f"[red]failed {looked.failures} times:[/] {escape(looked.error or '')}"
    if looked.looked_at and not looked.steady:
        return "[yellow]listing moves while it is read[/]"
    if looked.held:
        return f"[yellow]{looked.held} gone at once, not told[/]"
    if looked.unusable:
        return f"[yellow]{looked.unusable} unusable[/]"
    return "[green]ok[/]" if looked.looked_at else "not looked at yet"


def missed(looked: Progress) -> str:
    """The changes that only a slow look found, per 10,000 rows."""
    share = looked.missed_per_10_000
    return "-" if share is None else f"{share:.1f}"


def _pace(source: Source) -> Sequence[timedelta]:
    return source.cadence.every, source.cadence.sweep_every, source.cadence.details_every


def _shown(source: Source, looked: Progress) -> dict[str, Any]:
    names = ("every", "sweep_every", "details_every")
    pace = {name: one.total_seconds() for name, one in zip(names, _pace(source), strict=True)}
    connection, stream = source.labels
    return {
        "connection": connection,
        "stream": stream,
        **pace,
        **asdict(looked),
        "missed_per_10_000": looked.missed_per_10_000,
    }


def _row(source: Source, looked: Progress) -> list[str]:
    numbers = (looked.pages, looked.ids, "-" if looked.total is None else looked.total)
    return [
        "/".join(source.labels),
        "/".join(_short(one) for one in _pace(source)),
        *(clock(one) for one in (looked.baseline_at, looked.looked_at, looked.swept_at)),
        *(str(one) for one in (*numbers, looked.seen, looked.changed, looked.calls)),
        missed(looked),
        str(looked.held),
        state(looked),
    ]


def _short(duration: timedelta) -> str:
    """A duration in the largest unit that it is a whole number of."""
    seconds = duration.total_seconds()
    units = (("d", 86_400), ("h", 3_600), ("m", 60))
    return next(
        (f"{seconds / size:g}{unit}" for unit, size in units if seconds and seconds % size == 0),
        f"{seconds:g}s",
    )
