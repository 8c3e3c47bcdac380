"""A folder with a configuration that the commands run with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.store import Store
from tests.command import Done, tiebeam

SECRET = "s3cret-of-the-test"
CONFIGURATION = f"""\
[kafka]
bootstrap_servers = "127.0.0.1:9"
[store]
url = "sqlite:///DATABASE"
[http]
host = "127.0.0.1"
ops_port = 0
webhook_port = 0
[connections.plentific]
provider = "plentific"
base_url = "http://127.0.0.1:9/plentific"
client_id = "a-client"
client_secret = "{SECRET}"
limits = {{ timeout = "2s" }}
[connections.operate]
provider = "essensys"
base_url = "http://127.0.0.1:9/essensys"
client_id = "a-client"
client_secret = "{SECRET}"
username = "a-user"
password = "{SECRET}"
limits = {{ timeout = "2s" }}
[reactions.recharge-paid-invoice]
mode = "live"
from = "plentific"
to = "operate"
product = {{ LABOUR = "73" }}
tax = {{ "20" = "5" }}
account = {{ "PROP-001" = "277754" }}
"""


@dataclass(frozen=True)
class Shell:
    """Where commands are typed: a folder with a configuration and a store."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "tiebeam.toml"

    @property
    def database(self) -> Path:
        return self.folder / "tiebeam.db"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.database}"

    def write(self, text: str) -> None:
        """Write the configuration; DATABASE in it is the store's file."""
        self.config.write_text(text.replace("DATABASE", str(self.database)), encoding="utf-8")

    def change(self, old: str, new: str) -> None:
        """Replace a part of the configuration, which must be there."""
        text = self.config.read_text(encoding="utf-8")
        assert old in text
        self.write(text.replace(old, new, 1))

    def upgrade(self) -> None:
        """Make the store's tables."""

        async def upgrade() -> None:
            async with Store.open(self.url) as store:
                await store.upgrade()

        asyncio.run(upgrade())

    def tiebeam(self, *arguments: str, width: int = 200, **variables: str) -> Done:
        """Run a command with this configuration."""
        return tiebeam("--config", str(self.config), *arguments, width=width, **variables)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A configuration whose Kafka and providers nobody answers for, and no store yet."""
    shell = Shell(tmp_path)
    shell.write(CONFIGURATION)
    return shell


Refused = Callable[[Done, int], str]


@pytest.fixture
def one_line() -> Refused:
    """Check that a command ended with a code and one readable line; returns the line."""

    def check(done: Done, code: int) -> str:
        assert done.code == code, done
        assert done.err.startswith("tiebeam: ")
        assert done.err.count("\n") == 1
        assert done.err.endswith("\n")
        assert "Traceback" not in done.out + done.err
        assert SECRET not in done.out + done.err
        return done.err.removeprefix("tiebeam: ").strip()

    return check
