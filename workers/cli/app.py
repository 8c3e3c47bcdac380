"""The commands' table, and how errors become one readable line and an exit code."""

from __future__ import annotations

import logging
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
    backfill,
    check,
    demo,
    reactions,
    reconcile,
    replay,
    run,
    sandbox,
    schemas,
    status,
    store,
    streams,
    topics,
    trace,
    webhooks,
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
app.command("backfill")(backfill.backfill)
app.command("trace")(trace.trace)
app.command("replay")(replay.replay)
app.command("reconcile")(reconcile.reconcile)
app.command("sandbox")(sandbox.sandbox)
app.add_typer(streams.app, name="streams")
app.add_typer(topics.app, name="topics")
app.add_typer(reactions.app, name="reactions")
app.add_typer(schemas.app, name="schemas")
app.add_typer(store.app, name="store")
app.add_typer(webhooks.app, name="webhooks")


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
    # aiokafka would say in words of its own what our one line says
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        app(prog_name="tiebeam")
    except Exception as error:
        if "--debug" in sys.argv:
            traceback.print_exception(error)
        told = _telling(error)
        Console(stderr=True, highlight=False, soft_wrap=True).print(
            f"tiebeam: {_in_one_line(told)}", markup=False
        )
        sys.exit(2 if isinstance(told, SettingsError) else 1)


def _telling(error: Exception) -> Exception:
    """Return the error to tell of; jobs side by side fail as a group, and a surprise goes first."""
    while isinstance(error, ExceptionGroup):
        _, surprises = error.split(EXPECTED)
        error = (surprises or error).exceptions[0]
    return error


def _in_one_line(error: Exception) -> str:
    """Say what went wrong; the text of a surprise may hold anything, so it is only named."""
    if isinstance(error, EXPECTED) and str(error):
        return " ".join(str(error).split())
    return f"a mistake in the program: {type(error).__name__}; --debug before the command shows it"
