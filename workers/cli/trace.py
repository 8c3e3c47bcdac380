"""`tiebeam trace`: the whole history of one thing across all systems."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import orjson
import typer
from rich.markup import escape

from workers import history
from workers.cli.context import Failed, out, run_with_parts
from workers.cli.tables import sentence, table
from workers.history import Moment
from workers.wiring import Parts


def trace(
    context: typer.Context,
    entity_id: Annotated[str, typer.Argument(help="A provider's id, of whatever it is.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what was seen of a thing, told, answered and done elsewhere, with times in UTC.

    From the store: published events are there for as long as they are kept.
    """

    async def work(parts: Parts) -> list[Moment]:
        async with parts.store.read() as tx:
            return await history.of(tx, entity_id)

    moments = run_with_parts(context.obj, work)
    if not moments:
        raise Failed(
            f"nothing is known of {entity_id}: is it the id as its provider writes it? "
            "(Plentific's is the uuid, as in `tiebeam reactions list`)"
        )
    if as_json:
        told = orjson.dumps([asdict(one) for one in moments], option=orjson.OPT_INDENT_2)
        typer.echo(told.decode())
        return
    listed = table("time", "where", "what")
    for one in moments:
        trace_id = one.trace_id and f"(trace {one.trace_id[:8]})"
        said = sentence(one.what, one.about, one.told, trace_id)
        listed.add_row(f"{one.at:%Y-%m-%d %H:%M:%S}", escape(one.where), said)
    out.print(listed)
