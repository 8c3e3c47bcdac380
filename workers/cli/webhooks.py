"""`tiebeam webhooks`: see which deliveries the provider was asked for, and ask for ours."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any

import orjson
import typer
from rich.markup import escape
from rich.table import Table

from adapters.plentific.models.webhooks import Subscription
from workers.cli.context import Context, out, run_with_parts
from workers.cli.tables import sentence, table
from workers.settings import PlentificConnection, SettingsError
from workers.webhooks.endpoints import plentific
from workers.webhooks.subscriptions import Account, Plan, Wanted, is_ours, plan
from workers.wiring import Parts

app = typer.Typer(help="List or make the subscriptions to webhooks.", no_args_is_help=True)


@app.command("list")
def show(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the provider's subscriptions, ours and others."""

    async def work(parts: Parts) -> list[dict[str, Any]]:
        rows = []
        for name, one in plentific(parts.settings):
            account = _account(parts, name)
            made = await account.made()
            rows += [_shown(name, one, found, made) for found in await account.found()]
        return rows

    rows = run_with_parts(context.obj, work)
    if as_json:
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    out.print(_table(rows) if rows else "none")


@app.command("sync")
def sync(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    renew: Annotated[
        bool, typer.Option("--renew", help="Replace ours anyway: the secret has changed.")
    ] = False,
) -> None:
    """Have each connection's events delivered to its webhook_url.

    One that we made for another address or other events is replaced; those of others are left
    alone.
    """

    async def work(parts: Parts) -> None:
        for name, wanted in _wanted(parts, context.obj).items():
            account = _account(parts, name)
            chosen = plan(wanted, await account.found(), await account.made(), renew=renew)
            if not dry_run:
                await account.carry_out(wanted, chosen)
            out.print(_told(name, chosen, dry_run=dry_run), markup=False, soft_wrap=True)

    run_with_parts(context.obj, work)


def _wanted(parts: Parts, context: Context) -> Mapping[str, Wanted]:
    found = {
        name: Wanted(one.webhook_url, one.webhook_secret)
        for name, one in plentific(parts.settings)
        if one.webhook_url is not None and one.webhook_secret is not None
    }
    if not found:
        raise SettingsError(f"{context.path}: connections: none to Plentific has a webhook_url")
    return found


def _account(parts: Parts, connection: str) -> Account:
    return Account(connection, parts.clients[connection], parts.store, parts.clock)


def _told(connection: str, chosen: Plan, *, dry_run: bool) -> str:
    done = ["1 created"] if chosen.keep is None else []
    done += [f"{len(chosen.delete)} deleted"] if chosen.delete else []
    would = "would be: " if dry_run and done else ""
    return f"{connection}: {would}{', '.join(done) or 'unchanged'} ({chosen.why})"


def _shown(
    name: str, one: PlentificConnection, found: Subscription, made: Collection[str]
) -> dict[str, Any]:
    return {
        "connection": name,
        "uuid": found.uuid,
        "address": found.endpoint_url,
        "events": list(found.matching_events),
        "enabled": found.is_enabled,
        "version": found.endpoint_version,
        "ours": is_ours(found, one.webhook_url, made),
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    listed = table("connection", "uuid", "ours", "what")
    for row in rows:
        off = "disabled" if row["enabled"] is False else None
        what = sentence(row["address"], ", ".join(row["events"]), row["version"], off)
        ours = "yes" if row["ours"] else "no"
        listed.add_row(escape(row["connection"]), escape(row["uuid"]), ours, what)
    return listed
