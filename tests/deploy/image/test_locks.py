"""The image's two locks are parts of the one that everything else is installed from."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.paths import ROOT

IMAGE = ROOT / "deploy" / "image"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

Lock = dict[str, tuple[str, frozenset[str]]]
"""Of each package what is pinned, and the hashes."""


def locked(path: Path) -> Lock:
    blocks = re.findall(r"^(\S.*?==.*?) \\\n((?:    --hash=.*\n)+)", path.read_text(), re.MULTILINE)
    return {
        f"{canonicalize_name(Requirement(pin).name)} {pin.partition(';')[2].strip()}".strip(): (
            pin,
            frozenset(re.findall(r"--hash=(\S+?)(?: \\)?$", hashes, re.MULTILINE)),
        )
        for pin, hashes in blocks
    }


def closure(requirements: Iterable[str]) -> set[str]:
    """The packages that these need here, and what those need, by what is installed."""
    found: set[str] = set()
    waiting = [Requirement(one) for one in requirements]
    done: set[str] = set()
    while waiting:
        wanted = waiting.pop()
        if str(wanted) in done:
            continue
        done.add(str(wanted))
        name = canonicalize_name(wanted.name)
        found.add(name)
        for text in metadata.requires(name) or ():
            needed = Requirement(text)
            marker = needed.marker
            if marker is None or any(
                marker.evaluate({"extra": one}) for one in ("", *wanted.extras)
            ):
                waiting.append(needed)
    return found


def here(lock: Lock) -> set[str]:
    pins = [Requirement(pin) for pin, _ in lock.values()]
    return {canonicalize_name(one.name) for one in pins if not one.marker or one.marker.evaluate()}


@pytest.mark.parametrize("name", ["requirements.lock", "build.lock"])
def test_an_image_holds_the_versions_and_hashes_that_were_tested(name: str) -> None:
    tested, image = locked(ROOT / "requirements.lock"), locked(IMAGE / name)
    assert image
    for package, pinned in image.items():
        assert pinned == tested.get(package), f"{name}: {package}: run `make lock`"


def test_an_image_holds_what_the_product_needs_and_nothing_else() -> None:
    needed = closure(PROJECT["project"]["dependencies"])
    assert here(locked(IMAGE / "requirements.lock")) == needed, "run `make lock`"


def test_the_wheel_is_built_by_what_the_project_says() -> None:
    needed = closure(PROJECT["build-system"]["requires"])
    assert here(locked(IMAGE / "build.lock")) == needed, "run `make lock`"
