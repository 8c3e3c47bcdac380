"""A configuration to be spoiled, and what is said about it then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from workers.settings import SettingsError, load

SECRET = "tr0ub4dor&3"
PLENTIFIC = """
[connections.plentific]
provider = "plentific"
base_url = "https://api.plentific.com/2021-10-28"
client_id = "id"
client_secret = "tr0ub4dor&3"
"""
OPERATE = """
[connections.operate]
provider = "essensys"
base_url = "https://operate-api.essensys.tech"
client_id = "id"
client_secret = "tr0ub4dor&3"
username = "user"
password = "tr0ub4dor&3"
"""
RECHARGE = """
[reactions.recharge-paid-invoice]
from = "plentific"
to = "operate"
product = { LABOUR = "73" }
tax = { "20" = "5" }
account = { "PROP-001" = "277754" }
"""

Write = Callable[..., Path]
"""Writes a text to the configuration file and returns its path."""


def problem(path: Path, environ: Mapping[str, str] | None = None) -> str:
    """The one line that says why the settings cannot be used, after the file's name."""
    with pytest.raises(SettingsError) as caught:
        load(path, environ or {})
    line = str(caught.value)
    assert len(line.splitlines()) == 1
    assert SECRET not in line
    return line.removeprefix(f"{path}: ")
