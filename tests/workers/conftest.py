"""What all tests of the workers may use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workers.configuration import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the configuration file."""

    def to_file(text: str, name: str = "tiebeam.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return to_file
