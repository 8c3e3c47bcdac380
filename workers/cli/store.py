"""`tiebeam store`: bring the database to this version, or rebuild a lost one from the topics."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Annotated

import typer

from adapters.kafka.reader import open_reader
from adapters.store import restoring
from events import catalogue
from workers.cli.context import Context, Failed, out, run_with_parts
from workers.react.registry import REACTIONS
from workers.rebuild.run import Rebuild, Report, rebuild
from workers.wiring import Parts, assemble

app = typer.Typer(help="Look after the store.", no_args_is_help=True)

AUDITS = catalogue.topic_of("tiebeam.reaction.succeeded")


@app.command("upgrade")
def upgrade(context: typer.Context) -> None:
    """Run the migrations that are pending."""
    asyncio.run(_upgrade(context.obj))


async def _upgrade(context: Context) -> None:
    async with assemble(context.settings(), context.path) as parts:
        pending = await parts.store.pending_migrations()
        await parts.store.upgrade()
    out.print("store upgraded" if pending else "store is up to date")


@app.command("rebuild")
def rebuild_store(
    context: typer.Context,
    yes: Annotated[
        bool, typer.Option("--yes", help="Add to a store that is not empty as well.")
    ] = False,
) -> None:
    """Restore a lost store from the topics: entities, effects, reactions that ended.

    Stop all workers first. The next look at each stream compares every restored entity with what
    the provider shows and tells the difference. What the topics do not tell stays unknown: changes
    to what was never told of, and what the topics hold no longer. Reactions that had not ended are
    not restored: see `tiebeam replay`.
    """
    report = run_with_parts(context.obj, lambda parts: _rebuilt(parts, yes=yes), store=False)
    for (connection, kind), number in sorted(report.entities.items()):
        out.print(f"{connection}: {number} {kind} known")
    for (connection, stream), begin in report.begins.items():
        out.print(f"{connection}/{stream}: tells what is new since {_clock(begin)}")
    for connection in report.silent:
        out.print(
            f"{connection}: the topics tell nothing of it: its first look is silent, "
            "and what changed before that stays untold",
            style="red",
            soft_wrap=True,
        )
    for topic in report.cut:
        out.print(
            f"{topic}: its beginning is no longer there, {_lost_with_it(topic, report)}",
            style="red",
            soft_wrap=True,
        )
    out.print(
        f"{report.read} events read: {report.ended} ends of reactions and {report.effects} effects "
        f"restored, {report.unusable} unusable; `tiebeam replay --since DATE` shows what was not "
        "answered",
        soft_wrap=True,
    )


def _lost_with_it(topic: str, report: Report) -> str:
    if topic not in report.forgotten:
        return "nor what was told in it"
    of_which = "" if topic == AUDITS else " of reactions that had not ended"
    before = _clock(report.forgotten[topic])
    return f"and effects{of_which} before {before} are unknown and may be made again"


async def _rebuilt(parts: Parts, *, yes: bool) -> Report:
    await parts.store.upgrade()
    async with parts.store.read() as tx:
        if not yes and not await restoring.is_empty(tx):
            raise Failed(
                f"{parts.store.place} is not empty; --yes adds to it what the topics tell besides"
            )
    prefix = parts.kafka.topic_prefix
    others = [name for name in catalogue.all_topics(prefix) if name != f"{prefix}{AUDITS}"]
    async with AsyncExitStack() as stack:
        audits = await stack.enter_async_context(open_reader(parts.kafka, [f"{prefix}{AUDITS}"]))
        events = await stack.enter_async_context(open_reader(parts.kafka, others))
        status = stack.enter_context(out.status("reading the topics …"))
        needs = Rebuild(
            parts.store,
            parts.clock,
            prefix,
            frozenset(name for name, one in REACTIONS.items() if one.parks_key),
            frozenset(parts.settings.connections),
            shown=lambda report: status.update(f"{report.read} events read …"),
        )
        cut = [
            (one.topic.removeprefix(prefix), one.partition)
            for one, span in (*audits.spans.items(), *events.spans.items())
            if span.first > 0
        ]
        return await rebuild(needs, audits, events, cut)


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
