"""`tiebeam schemas`: the JSON Schemas of the events, and the AsyncAPI document of the topics."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import deploy
from events import asyncapi, schemas
from workers.cli.context import Failed, out

ASYNCAPI = Path(deploy.__file__).parent / "asyncapi" / "asyncapi.json"
"""Where the committed document is."""

app = typer.Typer(help="Export or check the events' JSON Schemas.", no_args_is_help=True)

Prefix = Annotated[str, typer.Option("--prefix", help="What stands before every topic.")]


@app.command("export")
def export(directory: Path) -> None:
    """Write one file for each event type and version."""
    written = schemas.export(directory)
    out.print(f"{len(written)} schemas in {directory}")


@app.command("asyncapi")
def export_document(file: Path, prefix: Prefix = "") -> None:
    """Write the AsyncAPI document of all topics and events."""
    document = asyncapi.text(asyncapi.Deployment(prefix))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(document, encoding="utf-8")
    out.print(f"AsyncAPI document in {file}", soft_wrap=True)


@app.command("check")
def check() -> None:
    """Compare the models with the schemas and the document that were published."""
    problems = schemas.check(schemas.SCHEMA_DIR)
    for problem in problems:
        out.print(problem, markup=False)
    if problems:
        raise Failed(f"{len(problems)} schemas differ from what was published")
    if not ASYNCAPI.exists() or ASYNCAPI.read_text(encoding="utf-8") != asyncapi.text():
        raise Failed(f"{ASYNCAPI.name} does not tell of these events: run make schemas")
    out.print("schemas are as published")
