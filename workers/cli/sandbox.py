"""`tiebeam sandbox`: the simulated providers alone, to try things against."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import typer

from workers.cli.context import out


def sandbox(
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8090,
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    seed: Annotated[Literal["empty", "demo"], typer.Option(help="What is there.")] = "empty",
) -> None:
    """Run the simulated providers until interrupted."""
    asyncio.run(_serve(host, port, seed))


async def _serve(host: str, port: int, seed: str) -> None:
    # here, for no other command needs it, and it takes a while to load
    from deploy.sandbox import running_sandbox

    async with running_sandbox(seed=seed, host=host, port=port) as running:
        out.print(f"sandbox listening on {running.url}")
        await asyncio.Event().wait()
