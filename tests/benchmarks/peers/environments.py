"""The peers' environments: made by uv when they are first wanted, with the versions pinned here."""

from __future__ import annotations

import asyncio
import platform
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

from tests.benchmarks.serving import ROOT

PINS = Path(__file__).parent
"""`<name>.txt` pins an environment; it was made by `uv pip compile` of what its first line says."""
ENVIRONMENTS = ROOT / ".cache" / "peers"

MOST_OF_A_REASON = 300
"""Characters of what uv says when it fails."""


class PeerError(Exception):
    """An environment could not be made, or a peer failed."""


def version(environment: str, package: str) -> str:
    """The pinned version of a package."""
    pinned = dict(
        line.split(" ")[0].split("==")
        for line in (PINS / f"{environment}.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line and not line.startswith("#")
    )
    return pinned[package]


async def python_of(name: str) -> Path:
    """The Python of an environment, which is made where there is none with these very pins.

    Raises:
        PeerError: it cannot be made, such as without a way to the package index.
    """
    pinned = PINS / f"{name}.txt"
    folder = ENVIRONMENTS / name
    python = folder / "bin" / "python"
    wanted = f"# Python {platform.python_version()}\n{pinned.read_text(encoding='utf-8')}"
    ready = folder / "ready.txt"
    if ready.exists() and ready.read_text(encoding="utf-8") == wanted:
        return python
    uv = shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        raise PeerError("uv is missing")
    await _run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
    await _run(uv, "pip", "sync", "--quiet", "--python", str(python), str(pinned))
    ready.write_text(wanted, encoding="utf-8")
    return python


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE
    )
    _, said = await process.communicate()
    if process.returncode != 0:
        reason = " ".join(said.decode(errors="replace").split()).removeprefix("error: ")
        raise PeerError(f"uv {command[1]} failed: {reason[:MOST_OF_A_REASON].rstrip('.')}")
