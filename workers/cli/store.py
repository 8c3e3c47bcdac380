"""`tiebeam store`: bring the database to this version."""

from __future__ import annotations

import asyncio

import typer

from workers.cli.context import Context, out
from workers.wiring import assemble

app = typer.Typer(help="Look after the store.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `upgrade` a command of its own although it is the only one."""


@app.command("upgrade")
def upgrade(context: typer.Context) -> None:
    """Run the migrations that are pending."""
    asyncio.run(_upgrade(context.obj))


async def _upgrade(context: Context) -> None:
    async with assemble(context.settings(), context.path) as parts:
        pending = await parts.store.pending_migrations()
        await parts.store.upgrade()
    out.print("store upgraded" if pending else "store is up to date")
