"""`tiebeam run`: the worker process, with all roles or some."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any

import typer

from workers import run as roles
from workers.cli.context import Context
from workers.garbage import collect_seldom
from workers.settings import Settings, SettingsError
from workers.telemetry import logs, tracing
from workers.wiring import Parts, assemble

LEFT_BEHIND = 3.0
"""Seconds that tasks have to end which are still there when all work is done."""

log = logs.logger("run")


def run(
    context: typer.Context,
    role: Annotated[
        list[str] | None, typer.Argument(help=f"Any of {', '.join(roles.ROLES)}; none: all.")
    ] = None,
) -> None:
    """Run the workers until SIGTERM or SIGINT. An SQLite store is upgraded on the way.

    SIGHUP makes them read the configuration anew; what lacked a mapping is then looked at again.
    """
    chosen = role or list(roles.ROLES)
    unknown = [name for name in chosen if name not in roles.ROLES]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]!r} is no role; there are {', '.join(roles.ROLES)}")
    _to_the_end(_run(context.obj, chosen))


def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Run the work; tasks that a library has left behind are not waited for without end."""
    loop = asyncio.new_event_loop()
    try:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(work)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=LEFT_BEHIND))
        for task in asyncio.all_tasks(loop):
            log.warning("left behind", task=task.get_name())
        loop.run_until_complete(loop.shutdown_asyncgens())
        asyncio.set_event_loop(None)
        loop.close()


async def _run(context: Context, chosen: list[str]) -> None:
    settings: Settings | None = context.settings()
    assert settings is not None
    collector = settings.telemetry.otlp_endpoint
    provider = tracing.provider(tracing.sending_to(collector) if collector else None)
    tracing.install(provider)
    heard = roles.listen()
    collect_seldom()
    try:
        while settings is not None:
            logs.configure(settings.telemetry.log_level)
            async with assemble(settings, context.path) as parts:
                await _prepare(parts)
                settings = await _serve(context, parts, chosen, heard)
    finally:
        provider.shutdown()


async def _serve(
    context: Context, parts: Parts, chosen: list[str], heard: asyncio.Queue[roles.Word]
) -> Settings | None:
    """Serve until told to stop (None), or until there are other settings to serve with."""
    ending = asyncio.Event()
    hearing = asyncio.create_task(_hear(context, heard, ending))
    try:
        await roles.serve(parts, chosen, ending)
    except BaseException:
        hearing.cancel()
        raise
    return await hearing


async def _hear(
    context: Context, heard: asyncio.Queue[roles.Word], ending: asyncio.Event
) -> Settings | None:
    try:
        while await heard.get() == "reload":
            try:
                found = context.settings()
                async with assemble(found, context.path):
                    pass  # it fits together
            except SettingsError as error:
                log.error("settings not usable, going on with those before", why=str(error))
                continue
            log.info("settings read anew")
            return found
        return None
    finally:
        ending.set()


async def _prepare(parts: Parts) -> None:
    # one machine: no step by hand; a database that many share is upgraded when its owner says so
    if parts.store.place.startswith("sqlite"):
        await parts.store.upgrade()
    await parts.store.require_upgraded()
