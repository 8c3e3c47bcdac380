"""`tiebeam check`: configuration, credentials, Kafka and store, each line ok or why not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

import typer

from adapters.http.errors import ProviderError
from adapters.kafka.errors import KafkaProblem
from adapters.store.errors import StoreError
from workers import permissions
from workers.cli.context import Context, Failed, out
from workers.detect.observe import Source
from workers.ops import kafka_problem
from workers.run import ROLES
from workers.topics import drift
from workers.wiring import Parts, assemble


def check(
    context: typer.Context,
    role: Annotated[
        list[str] | None,
        typer.Argument(help=f"Whose Kafka permissions: any of {', '.join(ROLES)}; none: all."),
    ] = None,
) -> None:
    """Try everything that the configuration names, without changing anything."""
    chosen = role or list(ROLES)
    unknown = [name for name in chosen if name not in ROLES]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]!r} is no role; there are {', '.join(ROLES)}")
    asyncio.run(_check(context.obj, chosen))


async def _check(context: Context, roles: Sequence[str]) -> None:
    settings = context.settings()
    wrong = 0
    async with assemble(settings, context.path) as parts:
        _print("configuration", None)
        async for name, problem in _problems(parts, roles):
            _print(name, problem)
            wrong += problem is not None
        for name, one in parts.reactions.items():
            out.print(f"[dim]note[/] reactions.{name} is {one.settings.mode}")
        for line in await _drift(parts):
            out.print(f"[dim]note[/] {line}", soft_wrap=True)
    if wrong:
        raise Failed(f"{wrong} of the checks failed")


def _print(name: str, problem: str | None) -> None:
    if problem is None:
        out.print(f"[green]ok[/]   {name}")
    else:
        out.print(f"[red]FAIL[/] {name}: ", end="")
        out.print(problem, markup=False, soft_wrap=True)


async def _problems(parts: Parts, roles: Sequence[str]) -> AsyncIterator[tuple[str, str | None]]:
    yield "store", await _store_problem(parts)
    unreachable = await kafka_problem(parts)
    yield f"kafka {parts.settings.kafka.bootstrap_servers}", unreachable
    if parts.kafka.secured and unreachable is None:
        for name in roles:
            if permissions.needs(parts, [name]):
                yield f"kafka permissions of {name}", await permissions.problem(parts, [name])
    for name, client in parts.clients.items():
        yield f"connection {name}", await _credentials_problem(client)
    for source in parts.sources:
        if source.stream.parent is not None:
            continue  # it is listed below something, and nothing is known to look below yet
        yield f"stream {'/'.join(source.labels)}", await _first_page_problem(source)


async def _drift(parts: Parts) -> list[str]:
    """Where topics differ; nothing while Kafka is away, which is said already."""
    try:
        return await drift(parts)
    except KafkaProblem:
        return []


async def _store_problem(parts: Parts) -> str | None:
    try:
        await parts.store.ping()
        if await parts.store.pending_migrations():
            return "not up to date; run `tiebeam store upgrade`"
    except StoreError as error:
        return str(error)
    return None


async def _credentials_problem(client: Any) -> str | None:
    try:
        await client.prove()
    except ProviderError as error:
        return str(error)
    return None


async def _first_page_problem(source: Source) -> str | None:
    try:
        async for _ in source.stream.pages(source.client, {}):
            return None
    except ProviderError as error:
        return str(error)
    return None
