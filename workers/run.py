"""Roles: what a process does until it is told to stop; if one part dies, the process stops."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Collection, Coroutine
from typing import Any, Literal

from adapters.kafka.errors import KafkaUnavailable, NotAllowed, NotLetIn, TopicMismatch
from workers import ops, relay, retention
from workers.crew import Crew
from workers.detect import drift, hints
from workers.detect.poller import poll
from workers.react import attempt, executor, intake
from workers.relay import LOGIN_PAUSE
from workers.telemetry import logs
from workers.topics import apply_topics
from workers.webhooks import role as webhooks
from workers.wiring import Parts

ROLES = ("poll", "webhooks", "relay", "react")
BROKER_PAUSE = 2.0
"""Seconds between two tries to reach a broker that is not there yet."""

log = logs.logger("run")
Job = Callable[[], Coroutine[Any, Any, None]]
Word = Literal["stop", "reload"]


async def serve(parts: Parts, roles: Collection[str], stopping: asyncio.Event) -> None:
    """Run the roles and the operations endpoints until `stopping` is set.

    Reactions in flight are given time to end; the other loops may be cut anywhere, since all they
    write is written in transactions.
    """
    budget = parts.budget()
    await budget.load()
    if "react" in roles:
        await attempt.look_again(parts.store, parts.clock)
    jobs: dict[str, Job] = {"budget": budget.keep, "ops": lambda: ops.serve(parts, roles)}
    if "poll" in roles:
        pollers = parts.crew("poll")
        jobs["crew of poll"] = pollers.keep
        jobs["poll"] = lambda: poll(parts.sources, pollers)
        jobs["hints"] = lambda: hints.follow(parts.sources, pollers.lessee)
        jobs["drift"] = lambda: drift.keep(parts.store, parts.clock)
    if "webhooks" in roles:
        jobs["webhooks"] = lambda: webhooks.serve(parts)
    if "relay" in roles:
        relays = parts.crew("relay")
        jobs["relay"] = lambda: _relay(parts, relays)
        jobs["purge"] = lambda: relay.purge(parts.store, parts.clock)
        jobs["retention"] = lambda: retention.keep(
            parts.store, parts.clock, parts.settings.store.keep_finished
        )
    if "react" in roles:
        jobs["intake"] = lambda: _intake(parts)
    react = executor.run(parts.means(), stopping) if "react" in roles else stopping.wait()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job(), name=name) for name, job in jobs.items()]
        try:
            await react
            await stopping.wait()
        finally:
            for task in tasks:
                task.cancel()


async def _relay(parts: Parts, crew: Crew) -> None:
    await _with_topics(parts)
    async with asyncio.TaskGroup() as group:  # who cannot reach the broker is no member
        group.create_task(crew.keep(), name="crew of relay")
        group.create_task(relay.run(parts.relay(crew)), name="relay")


async def _intake(parts: Parts) -> None:
    needs = parts.intake()
    if not intake.topics(needs):
        return
    await _with_topics(parts)
    while True:
        try:
            await intake.listen(needs, parts.kafka)
        except KafkaUnavailable as error:
            await _wait(parts, error)


async def _wait(parts: Parts, error: KafkaUnavailable | NotAllowed) -> None:
    refused = isinstance(error, NotLetIn | NotAllowed)
    tell = log.error if refused else log.warning
    tell("the broker refuses us" if refused else "waiting for the broker", why=str(error))
    await parts.clock.sleep(LOGIN_PAUSE if refused else BROKER_PAUSE)


async def _with_topics(parts: Parts) -> None:
    """Wait for the broker and make the topics that are missing."""
    while True:
        try:
            await apply_topics(parts)
        except (KafkaUnavailable, NotAllowed) as error:
            await _wait(parts, error)
        except TopicMismatch as error:
            log.warning("topics are not as configured; using them as they are", why=str(error))
            return
        else:
            return


def stop_on_signals(stopping: asyncio.Event) -> None:
    """Set `stopping` at SIGTERM and SIGINT."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)


def listen() -> asyncio.Queue[Word]:
    """Return what signals tell from now on: to stop, or (SIGHUP) to read the settings anew."""
    heard: asyncio.Queue[Word] = asyncio.Queue()
    words: dict[int, Word] = {
        signal.SIGTERM: "stop",
        signal.SIGINT: "stop",
        signal.SIGHUP: "reload",
    }
    for number, word in words.items():
        asyncio.get_running_loop().add_signal_handler(number, heard.put_nowait, word)
    return heard
