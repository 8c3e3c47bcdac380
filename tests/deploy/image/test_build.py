"""Carries out the steps of the builder in a folder, and runs what comes out of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.commands import PROGRAMS
from tests.deploy.image.dockerfile import Instruction, only, stages
from tests.paths import ROOT

pytestmark = pytest.mark.slow

BUILDER, FINAL = stages()
LEFT_OUT = shutil.ignore_patterns(
    *("__pycache__", "compose", "kubernetes", "observability", "kafka", ".*", "*.db*")
)
"""As .dockerignore has it, but for adapters/kafka."""


def run(command: list[str | Path], place: Path, **variables: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TIEBEAM_")}
    done = subprocess.run(
        command, cwd=place, env={**kept, **variables}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def carry_out(step: Instruction, source: Path, root: Path) -> None:
    if step.keyword == "COPY":
        *names, target = step.value.split()
        for name in names:
            copy(ROOT / name, source / target / (Path(name).name if target.endswith("/") else ""))
    if step.keyword == "RUN":
        command = step.value.replace("/opt/", f"{root}/opt/")
        path = f"{PROGRAMS}:{os.environ['PATH']}"
        run(["sh", "-c", command], source, PATH=path, PIP_NO_COMPILE="1")


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        ignore = LEFT_OUT if source.name == "deploy" else shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, target, ignore=ignore, dirs_exist_ok=True)
        return
    shutil.copy(source, target)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a file system in which the builder's steps were carried out."""
    root = tmp_path_factory.mktemp("image")
    source = root / "source"
    source.mkdir()
    for step in BUILDER:
        carry_out(step, source, root)
    shutil.rmtree(source)
    return root


def test_what_was_built_runs_without_its_sources(root: Path, tmp_path: Path) -> None:
    program = root / "opt/tiebeam/bin" / only(FINAL, "ENTRYPOINT").words()[0]
    config = tmp_path / "tiebeam.toml"
    config.write_text('[store]\nurl = "sqlite:///tiebeam.db"\n', encoding="utf-8")

    told = run([program, "store", "upgrade"], tmp_path, TIEBEAM_CONFIG=str(config))

    assert told == "store upgraded\n"
    assert (tmp_path / "tiebeam.db").exists()


def test_what_was_built_has_the_simulated_providers(root: Path, tmp_path: Path) -> None:
    script = "from deploy.sandbox import SandboxState, create_app; from deploy.sandbox.seed import "
    script += "SEEDS; from deploy.sandbox.state import utc_now; state = SandboxState(utc_now); "
    script += "SEEDS['demo'](state); create_app(state); print(len(state.plentific.invoices))"

    told = run([root / "opt/tiebeam/bin/python", "-c", script], tmp_path)

    assert int(told) > 0


def test_what_was_built_has_no_installer_and_no_tool_of_the_developers(root: Path) -> None:
    packages = root / "opt/tiebeam/lib/python3.11/site-packages"
    there = {path.name for path in packages.iterdir()}
    assert {"workers", "adapters", "events", "deploy"} <= there
    assert not there & {"pip", "setuptools", "hatchling", "pytest", "mypy", "tests"}
    assert not list((packages / "deploy").rglob("*.env"))
    assert not (packages / "deploy" / "compose").exists()


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_nothing_in_the_image_needs_a_compiler(machine: str, tmp_path: Path) -> None:
    for lock in ("requirements.lock", "build.lock"):
        run(
            [
                *(PROGRAMS / "uv", "pip", "install", "--dry-run", "--target", tmp_path / "none"),
                *("--python-platform", f"{machine}-manylinux_2_28", "--only-binary", ":all:"),
                *("--require-hashes", "-r", ROOT / "deploy" / "image" / lock),
            ],
            tmp_path,
        )
