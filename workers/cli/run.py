"""`tiebeam run`: the worker process, with all roles or some."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from workers import run as roles
from workers.cli.context import Context
from workers.telemetry import logs, tracing
from workers.wiring import Parts, assemble


def run(
    context: typer.Context,
    role: Annotated[
        list[str] | None, typer.Argument(help=f"Any of {', '.join(roles.ROLES)}; none: all.")
    ] = None,
) -> None:
    """Run the workers until SIGTERM or SIGINT. An SQLite store is upgraded on the way."""
    chosen = role or list(roles.ROLES)
    unknown = [name for name in chosen if name not in roles.ROLES]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]!r} is no role; there are {', '.join(roles.ROLES)}")
    asyncio.run(_run(context.obj, chosen))


async def _run(context: Context, chosen: list[str]) -> None:
    settings = context.settings()
    logs.configure(settings.telemetry.log_level)
    provider = tracing.provider(settings.telemetry.otlp_endpoint)
    tracing.install(provider)
    stopping = asyncio.Event()
    roles.stop_on_signals(stopping)
    try:
        async with assemble(settings, context.path) as parts:
            await _prepare(parts)
            await roles.serve(parts, chosen, stopping)
    finally:
        provider.shutdown()


async def _prepare(parts: Parts) -> None:
    # one machine: no step by hand; a database that many share is upgraded when its owner says so
    if parts.store.place.startswith("sqlite"):
        await parts.store.upgrade()
    await parts.store.require_upgraded()
