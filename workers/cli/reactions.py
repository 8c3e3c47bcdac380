"""`tiebeam reactions`: see where reactions stand, and send those that failed once more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import inbox, ledger, narrowing
from adapters.store.inbox import InboxRow, State
from adapters.store.ledger import Effect
from workers.cli.context import Failed, out, run_with_parts
from workers.cli.reaction_filters import (
    Blocked,
    Dead,
    Filters,
    OfConnection,
    OfEffect,
    OfEvent,
    OfReactions,
    OfSubject,
    Since,
    Until,
)
from workers.cli.reaction_told import told
from workers.cli.tables import as_text, sentence, table
from workers.wiring import Parts

app = typer.Typer(help="List, show, retry and cancel reactions.", no_args_is_help=True)
Numbers = Annotated[list[int] | None, typer.Argument(metavar="ID")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
HIDDEN = {"value", "headers"}
"""What an event says may be about people: `show` leaves it to the topic."""
MOST_REASONS = 20
"""Reactions of which a line says why they were left as they are; `--json` says it of all."""


@app.command("list")
def show_all(
    context: typer.Context,
    state: Annotated[State | None, typer.Option(help="Only in this state.")] = None,
    reaction: OfReactions = None,
    connection: OfConnection = None,
    subject: OfSubject = None,
    event: OfEvent = None,
    effect: OfEffect = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    as_json: Json = False,
) -> None:
    """List the newest reactions.

    Times are a day (from its start in UTC) or a time with an offset.
    """
    asked = Filters(reaction, connection, subject, event, effect, since, until)

    async def work(parts: Parts) -> list[InboxRow]:
        async with parts.store.read() as tx:
            return await inbox.find(
                tx,
                states=[state] if state else None,
                names=reaction or None,
                such=await asked.such(parts, tx),
                limit=limit,
            )

    rows = run_with_parts(context.obj, work)
    if as_json:
        typer.echo(as_text([_shown(row) for row in rows]))
        return
    listed = table("id", "reaction", "state", "about", numbers=("id",))
    for row in rows:
        listed.add_row(str(row.id), row.reaction, row.state, _about(row))
    out.print(listed if rows else "none")


@app.command("show")
def show_one(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID")],
    response: Annotated[
        bool, typer.Option("--response", help="With what the provider said to a refusal, in full.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show one reaction with its effects, times in UTC."""

    async def work(parts: Parts) -> tuple[InboxRow, list[Effect]]:
        async with parts.store.read() as tx:
            row = await inbox.get(tx, number)
            if row is None:
                raise Failed(f"there is no reaction {number}; see `tiebeam reactions list`")
            return row, await ledger.of_reaction(tx, number)

    row, effects = run_with_parts(context.obj, work)
    shown = _shown(row) | ({"outcome": row.outcome} if response else {})
    if as_json:
        typer.echo(as_text(shown | {"effects": [asdict(effect) for effect in effects]}))
        return
    for line in told(row, shown["outcome"], effects):
        out.print(line, markup=False, soft_wrap=True)


@app.command("retry")
def retry(
    context: typer.Context,
    numbers: Numbers = None,
    blocked: Blocked = False,
    dead: Dead = False,
    reaction: OfReactions = None,
    connection: OfConnection = None,
    subject: OfSubject = None,
    event: OfEvent = None,
    effect: OfEffect = None,
    since: Since = None,
    until: Until = None,
    as_json: Json = False,
) -> None:
    """Make reactions pending again. What they have already done is not done twice.

    Named by their ids, or all that are --blocked or --dead; the other options say which of those.
    With --subject, --event or --effect alone, blocked and dead ones are meant. A dry run named by
    its id is carried out if its reaction is live by now.
    """
    asked = Filters(reaction, connection, subject, event, effect, since, until)
    named = numbers or []
    states = asked.states(named, blocked=blocked, dead=dead)

    async def work(parts: Parts) -> _Change:
        live = [name for name, one in parts.reactions.items() if one.settings.mode == "live"]
        now = parts.clock.now()
        async with parts.store.write("reactions") as tx:
            chosen = [*named, *await _ids(parts, tx, states, asked)]
            for_real = await inbox.make_live(tx, named, live, now)
            again = for_real + await inbox.retry(tx, chosen, now)
            return await _change(tx, chosen, again, _not_retried)

    change = run_with_parts(context.obj, work)
    if as_json:
        typer.echo(as_text(change.for_programs("pending")))
    elif change.ids:
        out.print(f"{len(change.ids)} pending again")
    _tell_of_rest(change, named, "retry", "retried", states, as_json=as_json)


@app.command("cancel")
def cancel(
    context: typer.Context,
    numbers: Numbers = None,
    blocked: Blocked = False,
    dead: Dead = False,
    reaction: OfReactions = None,
    connection: OfConnection = None,
    subject: OfSubject = None,
    event: OfEvent = None,
    effect: OfEffect = None,
    since: Since = None,
    until: Until = None,
    why: Annotated[str, typer.Option(help="Kept as the reason.")] = "by hand",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Give reactions up, so that later ones of their keys go on. They can still be retried.

    Named by their ids, or all that are --blocked or --dead; the other options say which of those.
    With --subject, --event or --effect alone, blocked and dead ones are meant. What they have begun
    or done at the provider stays there.
    """
    asked = Filters(reaction, connection, subject, event, effect, since, until)
    named = numbers or []
    states = asked.states(named, blocked=blocked, dead=dead)
    if as_json and states and not yes:
        raise typer.BadParameter("it does not ask: say --yes", param_hint="--json")

    async def choose(parts: Parts) -> list[int]:
        async with parts.store.read() as tx:
            return sorted({*named, *await _ids(parts, tx, states, asked)})

    chosen = run_with_parts(context.obj, choose)
    if states and chosen and not yes:
        typer.confirm(f"cancel {len(chosen)} reactions?", abort=True)

    async def work(parts: Parts) -> _Change:
        async with parts.store.write("reactions") as tx:
            given_up = await inbox.cancel(tx, chosen, f"cancelled: {why}", parts.clock.now())
            return await _change(tx, chosen, given_up, _not_cancelled)

    change = run_with_parts(context.obj, work)
    if as_json:
        typer.echo(as_text(change.for_programs("cancelled")))
    elif change.ids:
        out.print(f"{len(change.ids)} cancelled")
    _tell_of_rest(change, named, "cancel", "cancelled", states, as_json=as_json)


@dataclass(frozen=True)
class _Skipped:
    """A reaction that was left as it is, and why; it has no state where there is none."""

    id: int
    state: State | None
    why: str


@dataclass(frozen=True)
class _Change:
    """The reactions that were changed, and those that were left as they are."""

    ids: list[int]
    skipped: list[_Skipped]

    def for_programs(self, state: State) -> dict[str, Any]:
        """What changed has this state now."""
        return {state: self.ids, "skipped": [asdict(one) for one in self.skipped]}

    @property
    def reasons(self) -> str:
        """Why some were left, in one line."""
        reasons = [one.why for one in self.skipped]
        more = len(reasons) - MOST_REASONS
        return "; ".join(reasons[:MOST_REASONS] + ([f"and {more} more"] if more > 0 else []))


async def _ids(
    parts: Parts, tx: AsyncConnection, states: Sequence[State], asked: Filters
) -> list[int]:
    """The reactions that are meant besides those that are named by their ids."""
    such = await asked.such(parts, tx)
    return await inbox.ids_in(tx, states, asked.reactions or None, such) if states else []


async def _change(
    tx: AsyncConnection,
    chosen: Sequence[int],
    changed: Sequence[int],
    why_not: Callable[[InboxRow], str],
) -> _Change:
    left = sorted(set(chosen) - set(changed))
    rows = await narrowing.by_id(tx, left)
    skipped = [
        _Skipped(number, rows[number].state, why_not(rows[number]))
        if number in rows
        else _Skipped(number, None, f"there is no reaction {number}")
        for number in left
    ]
    return _Change(sorted(changed), skipped)


def _not_retried(row: InboxRow) -> str:
    if not row.value:
        return f"{row.id} ended so long ago that its event is forgotten: replay the event"
    if row.mode == "dry-run" and row.state == "succeeded":
        name = f"reactions.{row.reaction}.mode"
        return f"{row.id} was a dry run, and {name} is not live: make it so, then retry"
    return f"{row.id} is {row.state}"


def _not_cancelled(row: InboxRow) -> str:
    if row.state == "running":
        return f"{row.id} is running: wait until it has ended"
    return f"{row.id} is {row.state}"


def _tell_of_rest(
    change: _Change,
    named: Collection[int],
    do: str,
    done: str,
    states: Sequence[State],
    *,
    as_json: bool,
) -> None:
    """Say what was left as it is and why; it failed where that was named, or nothing was done."""
    if not change.ids:
        none = f"none of them is {' or '.join(states)}"
        raise Failed(f"nothing to {do}: {change.reasons or none}")
    if any(one.id in named for one in change.skipped):
        raise Failed(f"not {done}: {change.reasons}")
    if change.skipped and not as_json:
        out.print(f"not {done}: {change.reasons}", markup=False, soft_wrap=True)


def _shown(row: InboxRow) -> dict[str, Any]:
    shown = {name: value for name, value in asdict(row).items() if name not in HIDDEN}
    if row.outcome and "response" in row.outcome:  # a provider's own words may be about people too
        kept = f"kept; see `tiebeam reactions show {row.id} --response`"
        shown["outcome"] = row.outcome | {"response": kept}
    return shown


def _about(row: InboxRow) -> str:
    mode = "" if row.mode == "live" else f", {row.mode}"
    tries = "" if row.attempts == 0 else f", attempt {row.attempts}"
    said = f"{row.event_type}{mode}{tries}"
    return sentence(row.subject, f"{said}: {row.reason}" if row.reason else said)
