"""`tiebeam streams`: how each stream looks and what it costs, and to begin one anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from adapters.store import cursors
from workers.cli.context import Failed, out, run_with_parts
from workers.cli.tables import table, when
from workers.clock import SystemClock
from workers.detect.cycle import Progress
from workers.detect.observe import Source
from workers.detect.poller import overview
from workers.settings import SettingsError
from workers.wiring import Parts

app = typer.Typer(help="List the streams, or begin one anew.")
Json = Annotated[bool, typer.Option("--json", help="For programs.")]

NUMBERS = ("seen", "changed", "calls")


@app.callback(invoke_without_command=True)
def streams(context: typer.Context, as_json: Json = False) -> None:
    """List the streams, or begin one anew."""
    if context.invoked_subcommand is None:
        show(context, as_json)


@app.command("list")
def show(context: typer.Context, as_json: Json = False) -> None:
    """List every stream with its pace and its last look; `--json` says more of each.

    Seen, changed and calls are of the last look: rows, entities told of, requests. Times are UTC;
    of another day, the date. `tiebeam status` says how many changes only a slow look found.
    """

    async def work(parts: Parts) -> list[tuple[Source, Progress]]:
        return await overview(parts.sources)

    found = run_with_parts(context.obj, work)
    if as_json:
        rows = [_shown(source, looked) for source, looked in found]
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    listed = table("stream", "every", "looked", *NUMBERS, "state", numbers=NUMBERS)
    now = SystemClock().now()
    for source, looked in found:
        listed.add_row(*_row(source, looked, now))
    out.print(listed if found else "none")
    for source, looked in found:
        tell_trouble("/".join(source.labels), looked)


@app.command("reset")
def reset(
    context: typer.Context,
    connection: Annotated[str, typer.Argument(help="As in the configuration.")],
    stream: Annotated[str, typer.Argument(help="Such as invoices.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget how far a stream has come, so that its next look is a silent first one.

    What came into view meanwhile and is not known yet, for instance since the account sees more
    properties, is then recorded without a word, whether it is held or not; `tiebeam backfill` tells
    its history. What is known stays known: nothing is told twice, and a change of it that was not
    told yet still is.
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


def state(looked: Progress) -> str:
    """How a stream is, in a word or two with markup; `tell_trouble` says the rest."""
    if looked.failures:
        return "[red]failed[/]"
    if looked.looked_at and not looked.steady:
        return "[yellow]moving[/]"
    if held := looked.held + looked.arrived:
        return f"[yellow]{held} held[/]"
    if looked.unusable:
        return f"[yellow]{looked.unusable} unusable[/]"
    return "[green]ok[/]" if looked.looked_at else "new"


def tell_trouble(name: str, looked: Progress) -> None:
    """Print what is wrong with a stream, where something is, each thing on a line of its own."""
    for trouble in _troubles(name, looked):
        out.print(f"{name}: {trouble}", markup=False, soft_wrap=True)


def _troubles(name: str, looked: Progress) -> Iterator[str]:
    if looked.failures:
        times = "once" if looked.failures == 1 else f"{looked.failures} times"
        yield f"failed {times}: {looked.error or 'see the log'}"
    if looked.looked_at and not looked.steady and not looked.failures:
        yield "its listing moves while it is read"
    if looked.held:
        yield (
            f"{looked.held} gone at once, not told; if they really are, "
            "raise largest_removal of this stream until they are told"
        )
    if looked.arrived:
        connection, _, stream = name.rpartition("/")
        yield (
            f"{looked.arrived} came into view at once, not told; "
            f"`tiebeam streams reset {connection} {stream}` takes them for known without a word, "
            "a larger largest_arrival of this stream tells them"
        )
    if looked.unusable:
        yield f"{looked.unusable} unusable: see the log"


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


def _row(source: Source, looked: Progress, now: datetime) -> list[str]:
    return [
        "/".join(source.labels),
        _short(source.cadence.every),
        when(looked.looked_at, now),
        str(looked.seen),
        str(looked.changed),
        str(looked.calls),
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
