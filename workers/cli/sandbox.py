"""`tiebeam sandbox`: the simulated providers alone, to try things against."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import typer


def sandbox(
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8090,
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    seed: Annotated[Literal["empty", "demo"], typer.Option(help="What is there.")] = "empty",
) -> None:
    """Run the simulated providers until SIGINT or SIGTERM."""
    # here, for no other command needs it, and it takes a while to load
    from deploy.sandbox.__main__ import serve

    asyncio.run(serve(host, port, seed))
