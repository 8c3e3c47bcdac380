"""`tiebeam reactions`: see where reactions stand, and send those that failed once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import orjson
import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import inbox, ledger
from adapters.store.inbox import InboxRow, State
from workers.cli.context import Failed, out, run_with_parts
from workers.cli.tables import sentence, table
from workers.wiring import Parts

app = typer.Typer(help="List, show, retry and cancel reactions.", no_args_is_help=True)
Blocked = Annotated[bool, typer.Option("--blocked", help="All that are blocked.")]
Dead = Annotated[bool, typer.Option("--dead", help="All that are dead.")]
OnlyOf = Annotated[
    list[str] | None, typer.Option("--reaction", help="Of all those, only of these reactions.")
]
HIDDEN = {"value", "headers"}
"""What an event says may be about people: `show` leaves it to the topic."""


@app.command("list")
def show_all(
    context: typer.Context,
    state: Annotated[State | None, typer.Option(help="Only in this state.")] = None,
    reaction: Annotated[list[str] | None, typer.Option(help="Only these reactions.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only to events of this entity.")] = None,
    event: Annotated[str | None, typer.Option(help="Only to the event of this ce_id.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the newest reactions."""

    async def work(parts: Parts) -> list[InboxRow]:
        async with parts.store.read() as tx:
            return await inbox.find(
                tx,
                states=[state] if state else None,
                names=reaction or None,
                subject=subject,
                event_id=event,
                limit=limit,
            )

    rows = run_with_parts(context.obj, work)
    if as_json:
        typer.echo(_json([_shown(row) for row in rows]))
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
) -> None:
    """Show one reaction with its effects."""

    async def work(parts: Parts) -> dict[str, Any]:
        async with parts.store.read() as tx:
            row = await inbox.get(tx, number)
            if row is None:
                raise Failed(f"there is no reaction {number}; see `tiebeam reactions list`")
            effects = await ledger.of_reaction(tx, number)
        shown = _shown(row) | {"effects": [asdict(effect) for effect in effects]}
        return shown | {"outcome": row.outcome} if response else shown

    typer.echo(_json(run_with_parts(context.obj, work)))


@app.command("retry")
def retry(
    context: typer.Context,
    numbers: Annotated[list[int] | None, typer.Argument(metavar="ID")] = None,
    blocked: Blocked = False,
    dead: Dead = False,
    reaction: OnlyOf = None,
) -> None:
    """Make reactions pending again. What they have already done is not done twice.

    A dry run named by its id is carried out if its reaction is live by now.
    """
    states = _chosen(numbers, blocked, dead)

    async def work(parts: Parts) -> list[int]:
        live = [name for name, one in parts.reactions.items() if one.settings.mode == "live"]
        now = parts.clock.now()
        async with parts.store.write("reactions") as tx:
            chosen = [*(numbers or ()), *await inbox.ids_in(tx, states, reaction or None)]
            for_real = await inbox.make_live(tx, numbers or (), live, now)
            again = for_real + await inbox.retry(tx, chosen, now)
            if not again:
                raise Failed(f"nothing to retry: {await _why_not(tx, numbers or ())}")
            return again

    out.print(f"{len(run_with_parts(context.obj, work))} pending again")


async def _why_not(tx: AsyncConnection, numbers: Sequence[int]) -> str:
    """Say why what is named cannot be retried."""
    why = []
    for number in numbers:
        row = await inbox.get(tx, number)
        if row is None:
            why.append(f"there is no reaction {number}")
        elif not row.value:
            why.append(f"{number} ended so long ago that its event is forgotten: replay the event")
        elif row.mode == "dry-run" and row.state == "succeeded":
            name = f"reactions.{row.reaction}.mode"
            why.append(f"{number} was a dry run, and {name} is not live: make it so, then retry")
        else:
            why.append(f"{number} is {row.state}")
    return "; ".join(why) or "there is none of them"


@app.command("cancel")
def cancel(
    context: typer.Context,
    numbers: Annotated[list[int] | None, typer.Argument(metavar="ID")] = None,
    blocked: Blocked = False,
    dead: Dead = False,
    reaction: OnlyOf = None,
    why: Annotated[str, typer.Option(help="Kept as the reason.")] = "by hand",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give reactions up, so that later ones of their keys go on. They can still be retried.

    What they have begun or done at the provider stays there.
    """
    states = _chosen(numbers, blocked, dead)

    async def choose(parts: Parts) -> list[int]:
        async with parts.store.read() as tx:
            return [*(numbers or ()), *await inbox.ids_in(tx, states, reaction or None)]

    chosen = run_with_parts(context.obj, choose)
    if states and chosen and not yes:
        typer.confirm(f"cancel {len(chosen)} reactions?", abort=True)

    async def work(parts: Parts) -> list[int]:
        async with parts.store.write("reactions") as tx:
            return await inbox.cancel(tx, chosen, f"cancelled: {why}", parts.clock.now())

    given_up = run_with_parts(context.obj, work)
    if not given_up:
        raise Failed("nothing to cancel: only pending, retrying, blocked and dead reactions can be")
    out.print(f"{len(given_up)} cancelled")


def _chosen(numbers: list[int] | None, blocked: bool, dead: bool) -> list[State]:
    if not numbers and not blocked and not dead:
        raise typer.BadParameter("name reactions by id, or use --blocked or --dead")
    kinds: dict[State, bool] = {"blocked": blocked, "dead": dead}
    return [state for state, wanted in kinds.items() if wanted]


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


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode()
