"""`tiebeam schemas`: the JSON Schemas of the events."""

from __future__ import annotations

from pathlib import Path

import typer

from events import schemas
from workers.cli.context import Failed, out

app = typer.Typer(help="Export or check the events' JSON Schemas.", no_args_is_help=True)


@app.command("export")
def export(directory: Path) -> None:
    """Write one file for each event type and version."""
    written = schemas.export(directory)
    out.print(f"{len(written)} schemas in {directory}")


@app.command("check")
def check() -> None:
    """Compare the models with the schemas that were published."""
    problems = schemas.check(schemas.SCHEMA_DIR)
    for problem in problems:
        out.print(problem, markup=False)
    if problems:
        raise Failed(f"{len(problems)} schemas differ from what was published")
    out.print("schemas are as published")
