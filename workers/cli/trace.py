"""`tiebeam trace`: the whole history of one thing across all systems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import orjson
import typer
from rich.markup import escape

from adapters.store.entities import Entity
from workers import history
from workers.cli.context import Failed, out, run_with_parts
from workers.cli.tables import sentence, table
from workers.history import History
from workers.wiring import Parts

MOST_NAMED = 20
"""Things that are named in one line."""


def trace(
    context: typer.Context,
    asked: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A provider's id of whatever it is, or its number or reference."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what was seen of a thing, told, answered and done elsewhere, with times in UTC.

    From the store: published events are there for as long as they are kept. A dash stands for what
    is forgotten.
    """

    async def work(parts: Parts) -> tuple[History, list[Entity]]:
        async with parts.store.read() as tx:
            found, others = await history.of(tx, asked), await history.numbered(tx, asked)
            if not found.moments and len(others) == 1:
                return await history.of(tx, others[0].entity_id), others
            return found, others

    found, numbered = run_with_parts(context.obj, work)
    if not found.moments:
        raise Failed(_why_nothing(asked, numbered))
    if others := [one for one in numbered if one.entity_id != asked]:
        _note(f"{asked} is the number or reference of {_named(others)}")
    if found.left:
        _note(
            f"there is more, too much to follow: {len(found.left)} other ids, "
            f"such as {found.left[0]}; trace them one by one"
        )
    _show(found, as_json=as_json)


def _why_nothing(asked: str, numbered: Sequence[Entity]) -> str:
    if numbered:
        return f"{asked} fits {len(numbered)} things, choose one by its id: {_named(numbered)}"
    return (
        f"nothing is known of {asked}: is it the id as its provider writes it? (Plentific's is the "
        "uuid, as in `tiebeam reactions list`; a number is known once details were read)"
    )


def _named(things: Sequence[Entity]) -> str:
    named = [f"{one.kind} {one.entity_id} ({one.connection})" for one in things[:MOST_NAMED]]
    more = len(things) - MOST_NAMED
    return ", ".join([*named, f"and {more} more"] if more > 0 else named)


def _note(said: str) -> None:
    typer.echo(f"note: {said}", err=True)


def _show(found: History, *, as_json: bool) -> None:
    if as_json:
        told = orjson.dumps([asdict(one) for one in found.moments], option=orjson.OPT_INDENT_2)
        typer.echo(told.decode())
        return
    listed = table("time", "where", "what")
    for one in found.moments:
        trace_id = one.trace_id and f"(trace {one.trace_id[:8]})"
        said = sentence(one.what, one.about, one.told, trace_id)
        listed.add_row(f"{one.at:%Y-%m-%d %H:%M:%S}", escape(one.where), said)
    out.print(listed)
