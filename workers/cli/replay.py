"""`tiebeam replay`: answer events of a period once more, or publish them again to one topic."""

from __future__ import annotations

import sys
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from adapters.kafka.reader import Reader, open_reader
from workers.cli.context import Failed, out, run_with_parts
from workers.react.reaction import Configured
from workers.replay.carry_out import Refused, carry_out, check_forced
from workers.replay.choice import Choice, unknown_types
from workers.replay.prospect import Answer, Prospect, Replay, prospect
from workers.replay.republish import count, is_ours, republish
from workers.settings import SettingsError
from workers.telemetry import logs
from workers.wiring import Parts


def moment(text: str) -> datetime:
    """Read a day, from its start in UTC, or a time with an offset."""
    try:
        if len(text) == len("2026-03-02"):
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day (2026-03-02) and no time") from None
    if at.tzinfo is None:
        raise typer.BadParameter(f"{text!r} needs an offset, such as {text}Z")
    return at


def replay(
    context: typer.Context,
    since: Annotated[
        datetime,
        typer.Option(parser=moment, metavar="DATE", help="From when on they were published."),
    ],
    until: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="DATE", help="Before when; default: now."),
    ] = None,
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Only events of this type; may be repeated.")
    ] = None,
    subjects: Annotated[
        list[str] | None, typer.Option("--subject", help="Only about this entity; repeatable.")
    ] = None,
    reactions: Annotated[
        list[str] | None, typer.Option("--reaction", help="Only for this reaction; repeatable.")
    ] = None,
    to_topic: Annotated[
        str | None, typer.Option("--to-topic", help="Publish them again to this topic instead.")
    ] = None,
    force: Annotated[
        list[str] | None,
        typer.Option("--force", metavar="KEY", help="Make this effect again; repeatable."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Answer events once more: what was done already is not done again.

    First it shows which effects would be new, then it asks. Times are a day (from its start in UTC)
    or a time with an offset. An effect that is in the ledger is made again only where --force names
    it. With --to-topic the events are published again to a topic of your own, as they were, with
    the header tiebeam-replay.
    """
    if unknown := unknown_types(types or ()):
        raise typer.BadParameter(f"no such event type: {', '.join(unknown)}", param_hint="--type")
    if until is not None and until <= since:
        raise typer.BadParameter("it is not after --since", param_hint="--until")
    if to_topic is not None and (force or reactions):
        raise typer.BadParameter("--to-topic goes without --force and --reaction")
    logs.configure(context.obj.settings().telemetry.log_level)
    choice = Choice(frozenset(types or ()), frozenset(subjects or ()))
    asked = _Asked(choice, since, until, dry_run=dry_run, yes=yes)

    async def work(parts: Parts) -> None:
        if to_topic is not None:
            await _publish(parts, asked, to_topic)
        else:
            await _answer(parts, asked, frozenset(reactions or ()), frozenset(force or ()))

    run_with_parts(context.obj, work, store=to_topic is None)


@dataclass(frozen=True)
class _Asked:
    """What is asked for: which events, and whether to go on after showing what would be done."""

    choice: Choice
    since: datetime
    until: datetime | None
    dry_run: bool
    yes: bool

    def reader(self, parts: Parts, types: frozenset[str]) -> AbstractAsyncContextManager[Reader]:
        """A reader of the period; `types` are those that are of use, where not all are."""
        choice = changed(self.choice, types=self.choice.types or types)
        topics = choice.topics(parts.kafka.topic_prefix)
        return open_reader(parts.kafka, topics, since=self.since, until=self.until)

    def goes_on(self, question: str, nothing: str) -> bool:
        """Whether to go on; where not, it is said that nothing was done."""
        if not self.dry_run and (self.yes or (_is_terminal() and typer.confirm(question))):
            return True
        hint = "" if self.dry_run or _is_terminal() else "; --yes does it"
        out.print(f"{nothing}{hint}")
        return False


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


async def _answer(
    parts: Parts, asked: _Asked, names: frozenset[str], forced: frozenset[str]
) -> None:
    reactions = _chosen(parts, names)
    asking = Replay(parts.store, parts.clock, reactions, asked.choice, forced)
    types = {one for configured in reactions.values() for one in configured.reaction.event_types}
    async with asked.reader(parts, frozenset(types) if names else frozenset()) as reader:
        with out.status("reading the topics …") as status:
            watched = changed(asking, shown=lambda now: status.update(f"{now.count.read} read …"))
            found = await prospect(watched, reader)
        for answer in found.answers.values():
            _show(answer, reactions[answer.reaction], forced)
        out.print(_summary(found), soft_wrap=True)
        try:
            check_forced(asking, found)
            if not found.answers:
                return
            nothing = "nothing was put into the inbox"
            if asked.goes_on(f"Let {len(found.answers)} reactions be carried out?", nothing):
                pending = await carry_out(asking, found, reader)
                out.print(f"{pending} reactions are pending; `tiebeam run react` carries them out")
        except Refused as error:
            raise Failed(str(error)) from error


def _chosen(parts: Parts, names: frozenset[str]) -> dict[str, Configured]:
    """The configured reactions of these names, or all.

    Raises:
        SettingsError: One of the names is not configured, or it is off.
    """
    for name in sorted(names):
        found = parts.reactions.get(name)
        if found is None or found.settings.mode == "off":
            why = "is off" if found else "is not configured"
            raise SettingsError(f"reactions.{name} {why}")
    return {name: one for name, one in parts.reactions.items() if not names or name in names}


def _show(answer: Answer, configured: Configured, forced: frozenset[str]) -> None:
    about = f"{answer.reaction}: {answer.event_type} {answer.subject}"
    dry = "" if configured.settings.mode == "live" else " (dry run)"
    for key in answer.new:
        again = " (again, by force)" if key in forced else ""
        out.print(f"new  {key}  {about}{dry}{again}", soft_wrap=True, markup=False)
    if answer.problem is not None:
        out.print(f"?    {about}: {answer.problem}", soft_wrap=True, markup=False)


def _summary(found: Prospect) -> str:
    counted = found.count
    parts = (
        (counted.chosen, "chosen"),
        (found.answered, "answered already"),
        (found.waiting, "being answered"),
        (found.unanswered, "not answered by any reaction"),
        (found.backfill, "skipped as backfill"),
        (counted.unusable, "not readable"),
    )
    told = ", ".join(f"{number} {what}" for number, what in parts)
    return f"{counted.read} events read: {told}; {found.new} effects would be new"


async def _publish(parts: Parts, asked: _Asked, topic: str) -> None:
    if is_ours(topic, parts.kafka.topic_prefix):
        raise Failed(f"{topic} is a topic of ours, where events stand already: name another one")
    async with asked.reader(parts, frozenset()) as reader:
        with out.status("reading the topics …"):
            found = await count(asked.choice, reader)
        out.print(f"{found.read} events read: {found.chosen} chosen, {found.unusable} not readable")
        question = f"Publish {found.chosen} events to {topic}?"
        if not found.chosen or not asked.goes_on(question, "nothing was published"):
            return
        with out.status("publishing …"):
            sent = await republish(asked.choice, reader, parts.producer, topic, parts.clock.now())
    out.print(f"{sent.chosen} events published to {topic}", soft_wrap=True)
