"""`tiebeam webhooks`: see which deliveries the provider was asked for, and ask for ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
import typer
from rich.markup import escape
from rich.table import Table

from adapters.plentific.models.webhooks import Subscription
from workers.cli.context import Context, out, run_with_parts
from workers.settings import PlentificConnection, SettingsError
from workers.webhooks.endpoints import plentific
from workers.webhooks.subscriptions import Plan, Wanted, carry_out, plan
from workers.wiring import Parts

app = typer.Typer(help="List or make the subscriptions to webhooks.", no_args_is_help=True)


@app.command("list")
def show(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the provider's subscriptions, ours and others."""

    async def work(parts: Parts) -> list[dict[str, Any]]:
        return [
            _shown(name, one, subscription)
            for name, one in plentific(parts.settings)
            for subscription in await _subscriptions(parts, name)
        ]

    rows = run_with_parts(context.obj, work, store=False)
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

    Subscriptions with another address are left alone.
    """

    async def work(parts: Parts) -> None:
        for name, wanted in _wanted(parts, context.obj).items():
            chosen = plan(wanted, await _subscriptions(parts, name), renew=renew)
            if not dry_run:
                await carry_out(parts.clients[name], wanted, chosen)
            out.print(_told(name, chosen, dry_run=dry_run), markup=False, soft_wrap=True)

    run_with_parts(context.obj, work, store=False)


def _wanted(parts: Parts, context: Context) -> Mapping[str, Wanted]:
    found = {
        name: Wanted(one.webhook_url, one.webhook_secret)
        for name, one in plentific(parts.settings)
        if one.webhook_url is not None and one.webhook_secret is not None
    }
    if not found:
        raise SettingsError(f"{context.path}: connections: none to Plentific has a webhook_url")
    return found


async def _subscriptions(parts: Parts, connection: str) -> list[Subscription]:
    pages = parts.clients[connection].list_webhook_subscriptions()
    return [row.model async for row in pages.each()]


def _told(connection: str, chosen: Plan, *, dry_run: bool) -> str:
    done = ["1 created"] if chosen.create else []
    done += [f"{len(chosen.delete)} deleted"] if chosen.delete else []
    would = "would be: " if dry_run and done else ""
    return f"{connection}: {would}{', '.join(done) or 'unchanged'} ({chosen.why})"


def _shown(name: str, one: PlentificConnection, found: Subscription) -> dict[str, Any]:
    return {
        "connection": name,
        "uuid": found.uuid,
        "address": found.endpoint_url,
        "events": list(found.matching_events),
        "enabled": found.is_enabled,
        "version": found.endpoint_version,
        "ours": one.webhook_url is not None and found.endpoint_url == one.webhook_url,
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(*rows[0], box=None)
    for row in rows:
        table.add_row(*(escape(_text(value)) for value in row.values()))
    return table


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value or "")
