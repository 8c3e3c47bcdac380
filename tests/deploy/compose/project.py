"""The compose project as Docker Compose itself understands it."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from tests.deploy.commands import PROGRAMS
from tests.paths import ROOT

COMPOSE: Final = ROOT / "deploy" / "compose"
OBSERVABILITY: Final = ROOT / "deploy" / "observability"
OURS: Final = "tiebeam:"
"""How the name of our image begins."""

Service = dict[str, Any]


@dataclass(frozen=True)
class Project:
    """A copy of the folder, with the example of its secrets in place, and what it means."""

    folder: Path
    services: dict[str, Service]

    @property
    def ours(self) -> dict[str, Service]:
        """The services that run our image."""
        return {name: one for name, one in self.services.items() if one["image"].startswith(OURS)}

    def yaml(self, name: str) -> Any:
        """A file of the folder."""
        return yaml.safe_load((self.folder / name).read_text(encoding="utf-8"))


def config(folder: Path) -> subprocess.CompletedProcess[str]:
    """Let Docker Compose read the folder: it holds it to its schema, references and variables."""
    command: list[str | Path] = [PROGRAMS / "docker-compose", "config", "--format", "json"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def set_up(place: Path) -> Path:
    """Copy what compose reads to a place of its own, as the first line of compose.yaml says."""
    folder = place / "deploy" / "compose"
    shutil.copytree(COMPOSE, folder, ignore=shutil.ignore_patterns(".env"))
    shutil.copytree(OBSERVABILITY, place / "deploy" / "observability")
    (folder / ".env").write_text((folder / ".env.example").read_text())
    return folder


def read(folder: Path) -> Project:
    """Read the folder; what Docker Compose says about it is an error."""
    done = config(folder)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return Project(folder, json.loads(done.stdout)["services"])
