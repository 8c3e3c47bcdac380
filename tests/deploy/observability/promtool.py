"""Prometheus' own checker, promtool: the installed one, or that of Debian's package, kept aside.

The package is only unpacked, below .cache, not installed: no service, no root.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.paths import ROOT

KEPT: Final = ROOT / ".cache" / "promtool" / "promtool"
FETCH_TIMEOUT: Final = 300.0
"""Seconds for each step; the package has about 20 MB."""


class NoPromtool(Exception):
    """There is none, and none can be had; the text says why."""


@functools.cache
def promtool() -> str:
    """The path of promtool, fetched where it is not there yet.

    Raises:
        NoPromtool: None is installed, and this is no machine with Debian's packages.
    """
    if (installed := shutil.which("promtool")) is not None:
        return installed
    if not KEPT.exists():
        _fetch()
    return str(KEPT)


def _fetch() -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise NoPromtool("promtool is not installed, nor can it be had from Debian's packages here")
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT.parent) as name:
        folder = Path(name)
        try:
            _download(folder)
        except NoPromtool:  # a new machine has no lists of packages yet
            _run(["apt-get", *_own_state(folder), "update"], folder)
            _download(folder, _own_state(folder))
        (package,) = folder.glob("prometheus_*.deb")
        _run(["dpkg-deb", "-x", str(package), "unpacked"], folder)
        # Renamed at the end: two at once, or one that was cut off, leave nothing halfway.
        (folder / "unpacked" / "usr" / "bin" / "promtool").rename(KEPT)


def _download(folder: Path, options: Sequence[str] = ()) -> None:
    _run(["apt-get", *options, "download", "prometheus"], folder)


def _own_state(folder: Path) -> list[str]:
    """Let apt write beside us what only root may write in its own places."""
    (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    return ["-o", f"Dir::State::lists={folder}/lists", "-o", f"Dir::Cache={folder}/cache"]


def _run(command: Sequence[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | {"LC_ALL": "C"},
            capture_output=True,
            text=True,
            timeout=FETCH_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NoPromtool(f"{command[0]} did not end within {FETCH_TIMEOUT:.0f} s") from error
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise NoPromtool(f"{' '.join(command[:1])} could not fetch promtool: {last[0]}")
