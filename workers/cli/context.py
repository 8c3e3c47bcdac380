"""What every command shares: the options before it, its settings and its parts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from workers import settings as configuration
from workers.settings import Settings
from workers.wiring import Parts, assemble

Result = TypeVar("Result")
out = Console(highlight=False)


class Failed(Exception):
    """The command did what it should and found something wrong; the text says what."""


@dataclass(frozen=True)
class Context:
    """The options that stand before a command."""

    config: Path | None
    debug: bool

    @property
    def path(self) -> Path:
        """The configuration file."""
        default = os.environ.get(configuration.CONFIG_VARIABLE, configuration.DEFAULT_FILE)
        return self.config or Path(default)

    def settings(self) -> Settings:
        """Read the settings.

        Raises:
            SettingsError: They cannot be used.
        """
        return configuration.load(self.path)

    @asynccontextmanager
    async def parts(self, *, store: bool = True) -> AsyncIterator[Parts]:
        """Build the parts; with `store`, over one that is ready to be used.

        Raises:
            SettingsError: The settings cannot be used.
            MigrationsPending: The store is empty or older than this version.
        """
        async with assemble(self.settings(), self.path) as parts:
            if store:
                await parts.store.require_upgraded()
            yield parts


def run_with_parts(
    context: Context, work: Callable[[Parts], Awaitable[Result]], *, store: bool = True
) -> Result:
    """Run a command's coroutine over the parts of its settings; `store`: it needs the store."""

    async def main() -> Result:
        async with context.parts(store=store) as parts:
            return await work(parts)

    return asyncio.run(main())
