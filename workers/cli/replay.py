"""`tiebeam replay`: answer events of a period once more, or publish them again to one topic."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from dataclasses import replace as changed
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from adapters.kafka.reader import Reader, open_reader
from workers.cli.context import Failed, out, run_with_parts
from workers.cli.tables import as_text
from workers.react.reaction import Configured
from workers.replay.carry_out import Refused, carry_out, check_forced
from workers.replay.choice import Choice, Count, unknown_types
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
    cancelled: Annotated[
        bool,
        typer.Option("--cancelled", help="With --subject or --reaction: also what was cancelled."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="For programs; it does not ask, --yes does it.")
    ] = False,
) -> None:
    """Answer events once more: what was done already is not done again.

    First it shows which effects would be new, then it asks. Times are a day (from its start in UTC)
    or a time with an offset. An effect that is in the ledger is made again only where --force names
    it. What a person has cancelled is shown and left out, unless --cancelled asks for it. With
    --to-topic the events are published again to a topic of your own, as they were, with the header
    tiebeam-replay.
    """
    if unknown := unknown_types(types or ()):
        raise typer.BadParameter(f"no such event type: {', '.join(unknown)}", param_hint="--type")
    if until is not None and until <= since:
        raise typer.BadParameter("it is not after --since", param_hint="--until")
    if to_topic is not None and (force or reactions or cancelled):
        raise typer.BadParameter("--to-topic goes without --force, --reaction and --cancelled")
    if cancelled and not (subjects or reactions):
        raise typer.BadParameter("it needs --subject or --reaction", param_hint="--cancelled")
    logs.configure(context.obj.settings().telemetry.log_level)
    choice = Choice(frozenset(types or ()), frozenset(subjects or ()), cancelled)
    asked = _Asked(choice, since, until, dry_run=dry_run, yes=yes, as_json=as_json)

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
    as_json: bool

    def reader(self, parts: Parts, types: frozenset[str]) -> AbstractAsyncContextManager[Reader]:
        """A reader of the period; `types` are those that are of use, where not all are."""
        choice = changed(self.choice, types=self.choice.types or types)
        topics = choice.topics(parts.kafka.topic_prefix)
        return open_reader(parts.kafka, topics, since=self.since, until=self.until)

    def goes_on(self, question: str, nothing: str) -> bool:
        """Whether to go on; where not, it is said that nothing was done."""
        asks = _is_terminal() and not self.as_json
        if not self.dry_run and (self.yes or (asks and typer.confirm(question))):
            return True
        hint = "" if self.dry_run or asks else "; --yes does it"
        self.tell(f"{nothing}{hint}")
        return False

    def tell(self, text: str) -> None:
        """Say something to a person; programs get it as JSON at the end."""
        if not self.as_json:
            out.print(text, soft_wrap=True, markup=False)

    def tell_program(self, found: dict[str, Any]) -> None:
        """Say to a program what was found and done; people were told already."""
        if self.as_json:
            typer.echo(as_text(found))


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
        for line in _lines(found, reactions, forced):
            asked.tell(line)
        try:
            check_forced(asking, found)
            pending = await _carried_out(asking, asked, found, reader)
        except Refused as error:
            raise Failed(str(error)) from error
    asked.tell_program(_for_programs(found) | {"pending": pending})


async def _carried_out(
    asking: Replay, asked: _Asked, found: Prospect, reader: Reader
) -> int | None:
    """Carry it out if that is wanted; how many are pending then, None: it is not wanted."""
    question = f"Let {len(found.answers)} reactions be carried out?"
    if not found.answers or not asked.goes_on(question, "nothing was put into the inbox"):
        return None
    pending = await carry_out(asking, found, reader)
    asked.tell(f"{pending} reactions are pending; `tiebeam run react` carries them out")
    return pending


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


def _lines(
    found: Prospect, reactions: Mapping[str, Configured], forced: frozenset[str]
) -> Iterator[str]:
    """What would be done and what is left out, for people."""
    for answer in found.answers.values():
        yield from _of_answer(answer, reactions[answer.reaction], forced)
    for answer in found.cancelled.values():
        yield f"left {_about(answer)}: {answer.cancelled}"
    yield _summary(found)


def _of_answer(answer: Answer, configured: Configured, forced: frozenset[str]) -> Iterator[str]:
    about = _about(answer)
    dry = "" if configured.settings.mode == "live" else " (dry run)"
    was = f" ({answer.cancelled})" if answer.cancelled else ""
    for key in answer.new:
        again = " (again, by force)" if key in forced else ""
        yield f"new  {key}  {about}{dry}{again}{was}"
    if answer.problem is not None:
        yield f"?    {about}{was}: {answer.problem}"


def _about(answer: Answer) -> str:
    return f"{answer.reaction}: {answer.event_type} {answer.subject}"


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
    left = len(found.cancelled)
    besides = f", {left} left out as cancelled (see --cancelled)" if left else ""
    return f"{counted.read} events read: {told}{besides}; {found.new} effects would be new"


def _for_programs(found: Prospect) -> dict[str, Any]:
    return {
        **asdict(found.count),
        "answered": found.answered,
        "waiting": found.waiting,
        "unanswered": found.unanswered,
        "backfill": found.backfill,
        "answers": [asdict(one) for one in found.answers.values()],
        "cancelled": [asdict(one) for one in found.cancelled.values()],
    }


async def _publish(parts: Parts, asked: _Asked, topic: str) -> None:
    if is_ours(topic, parts.kafka.topic_prefix):
        raise Failed(f"{topic} is a topic of ours, where events stand already: name another one")
    async with asked.reader(parts, frozenset()) as reader:
        with out.status("reading the topics …"):
            found = await count(asked.choice, reader)
        asked.tell(
            f"{found.read} events read: {found.chosen} chosen, {found.unusable} not readable"
        )
        sent = await _published(parts, asked, found, topic, reader)
    asked.tell_program(asdict(found) | {"published": sent})


async def _published(
    parts: Parts, asked: _Asked, found: Count, topic: str, reader: Reader
) -> int | None:
    """Publish them if that is wanted; how many were, None: it is not wanted."""
    question = f"Publish {found.chosen} events to {topic}?"
    if not found.chosen or not asked.goes_on(question, "nothing was published"):
        return None
    with out.status("publishing …"):
        sent = await republish(asked.choice, reader, parts.producer, topic, parts.clock.now())
    asked.tell(f"{sent.chosen} events published to {topic}")
    return sent.chosen
