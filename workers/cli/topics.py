"""`tiebeam topics`: make the topics that are missing, or list them."""

from __future__ import annotations

import typer

from adapters.kafka.topics import open_topics
from workers.cli.context import out, run_with_parts
from workers.topics import apply_topics, drift, wanted_topics
from workers.wiring import Parts

app = typer.Typer(help="Make or list the topics.", no_args_is_help=True)


@app.command("apply")
def apply(context: typer.Context) -> None:
    """Make every topic that is missing; existing ones stay as they are: differences are told."""

    async def work(parts: Parts) -> None:
        made = await apply_topics(parts)
        for name in made:
            out.print(f"made {name}", soft_wrap=True)
        out.print(f"{len(made)} made, {len(wanted_topics(parts)) - len(made)} were there")
        for line in await drift(parts):
            out.print(f"differs: {line}", soft_wrap=True)

    run_with_parts(context.obj, work, store=False)


@app.command("list")
def show(context: typer.Context) -> None:
    """List our topics and whether the broker has them."""

    async def work(parts: Parts) -> None:
        async with open_topics(parts.kafka) as topics:
            there = set(await topics.names())
        for name in wanted_topics(parts):
            out.print(f"{name}  {'there' if name in there else 'missing'}", soft_wrap=True)

    run_with_parts(context.obj, work, store=False)
