"""`tiebeam demo`: the whole way, live, against simulated providers."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave everything running and print the addresses.")
    ] = False,
) -> None:
    """Watch changes at one provider become events on Kafka and effects at another."""
    # here, for no other command needs the simulated providers, and they take a while to load
    from workers.demo.play import play

    with tempfile.TemporaryDirectory(prefix="tiebeam-demo-") as folder:
        asyncio.run(play(Path(folder), keep))
