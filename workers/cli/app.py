"""The commands' table, and how errors become one readable line and an exit code."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from adapters.http.errors import ProviderError
from adapters.kafka.errors import KafkaProblem
from adapters.store.errors import StoreError
from workers.cli import (
    check,
    demo,
    reactions,
    run,
    sandbox,
    schemas,
    status,
    store,
    topics,
)
from workers.cli.context import Context, Failed
from workers.settings import SettingsError

EXPECTED = (SettingsError, StoreError, KafkaProblem, ProviderError, Failed, OSError)

app = typer.Typer(
    name="tiebeam",
    help="Ties property systems together: every change an event on Kafka, every effect once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("check")(check.check)
app.command("status")(status.status)
app.command("sandbox")(sandbox.sandbox)
app.add_typer(topics.app, name="topics")
app.add_typer(reactions.app, name="reactions")
app.add_typer(schemas.app, name="schemas")
app.add_typer(store.app, name="store")


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(help="The configuration (default: TIEBEAM_CONFIG or tiebeam.toml)."),
    ] = None,
    debug: Annotated[bool, typer.Option(help="Show the traceback of an error.")] = False,
) -> None:
    """Read the options that stand before a command."""
    context.obj = Context(config=config, debug=debug)


def main() -> None:
    """Run one command. Exit codes: 0 done, 1 failed, 2 usage or configuration."""
    try:
        app(prog_name="tiebeam")
    except (*EXPECTED, ExceptionGroup) as error:
        expected = _expected(error)
        if expected is None:
            raise
        if "--debug" in sys.argv:
            traceback.print_exception(error)
        Console(stderr=True, highlight=False, soft_wrap=True).print(
            f"tiebeam: {expected}", markup=False
        )
        sys.exit(2 if isinstance(expected, SettingsError) else 1)


def _expected(error: Exception) -> Exception | None:
    """Return the error to tell of, None if there was a surprise; jobs side by side fail as one."""
    if not isinstance(error, ExceptionGroup):
        return error
    _, surprises = error.split(EXPECTED)
    return None if surprises else _expected(error.exceptions[0])
