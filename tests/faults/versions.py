"""Versions of the product beside the present one, each in a folder of its own."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from tests.faults.crew import ROOT
from tests.unpacking import unpack

PARTS = ("events", "adapters", "workers", "deploy", "tests/__init__.py", "tests/faults")
MIGRATIONS = Path("adapters/store/migrations/versions")
TIEBEAM = "from workers.cli import main; main()"

MIGRATION = """\
from alembic import op
from sqlalchemy import Column, Text

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    {steps}
"""


class NoVersionError(Exception):
    """A version that cannot be had here, and why."""


@dataclass(frozen=True)
class Version:
    """The code of a version lies in `home`."""

    home: Path

    def tiebeam(self, config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of this version to its end."""
        command = [sys.executable, "-c", TIEBEAM, "--config", str(config), *arguments]
        return subprocess.run(command, cwd=self.home, capture_output=True, text=True, timeout=60)


def of_commit(commit: str, home: Path) -> Version:
    """A version as it was committed. Raises NoVersionError where git does not have it."""
    try:
        packed = subprocess.run(["git", "archive", commit, *PARTS], cwd=ROOT, capture_output=True)
    except OSError as error:
        raise NoVersionError(f"git: {error.strerror}") from error
    if packed.returncode != 0:
        raise NoVersionError(packed.stderr.decode().strip().splitlines()[-1])
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        unpack(archive, home)
    compiling = [sys.executable, "-m", "compileall", "-q", "."]  # else each process does it
    subprocess.run(compiling, cwd=home, check=True)
    return Version(home)


def with_migration(home: Path, *steps: str) -> Version:
    """The present version with one more migration, which takes these steps."""
    for part in PARTS:
        (home / part).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
        copy(ROOT / part, home / part)  # with its bytecode, which stays valid
    before = max(path.name for path in (home / MIGRATIONS).glob("m*.py"))[1:5]
    revision = f"{int(before) + 1:04}"
    text = MIGRATION.format(revision=revision, before=before, steps="\n    ".join(steps))
    (home / MIGRATIONS / f"m{revision}_of_a_test.py").write_text(text, encoding="utf-8")
    return Version(home)
