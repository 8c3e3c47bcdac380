"""`tiebeam reconcile`: compare the two systems of a reaction themselves."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import orjson
import typer
from rich.markup import escape

from workers.cli.context import Failed, out, run_with_parts
from workers.cli.replay import moment
from workers.cli.tables import sentence, table
from workers.react.reconciliation import Reconciliation
from workers.reconcile import NotComparable
from workers.reconcile import reconcile as compare
from workers.settings import SettingsError
from workers.telemetry import logs
from workers.wiring import Parts


def reconcile(
    context: typer.Context,
    reaction: Annotated[str, typer.Argument(help="Such as recharge-paid-invoice.")],
    since: Annotated[
        datetime | None,
        typer.Option(
            parser=moment, metavar="DATE", help="Only what happened since; default: all there is."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List what is missing, double, different or there for no reason. Only reads; 1 if anything is.

    It asks the two systems, not what we believe to have done. Give --since the day on which the
    reaction became live: what happened before it is missing by intention.
    """
    logs.configure(context.obj.settings().telemetry.log_level)

    async def work(parts: Parts) -> Reconciliation:
        configured = parts.reactions.get(reaction)
        if configured is None:
            raise SettingsError(f"reactions.{reaction} is not configured")
        try:
            return await compare(parts.store, configured, since)
        except NotComparable as error:
            raise Failed(str(error)) from error

    found = run_with_parts(context.obj, work)
    if as_json:
        typer.echo(orjson.dumps(asdict(found), option=orjson.OPT_INDENT_2).decode())
        raise typer.Exit(1 if found.findings else 0)
    listed = table("wrong", "what")
    for one in found.findings:
        there = f"(found: {', '.join(one.found)})" if one.found else None
        listed.add_row(escape(one.wrong), sentence(one.about, there, one.detail))
    if found.findings:
        out.print(listed)
        raise Failed(f"{reaction}: {len(found.findings)} findings, {found.compared} compared")
    out.print(f"{reaction}: {found.compared} compared, nothing is wrong")
