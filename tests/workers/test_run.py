from __future__ import annotations

import asyncio
import gc
from pathlib import Path
from typing import Any

import pytest

from adapters.kafka.errors import KafkaUnavailable
from tests.workers.cli.conftest import CONFIGURATION
from workers import run, settings
from workers.react import intake
from workers.wiring import assemble


class Clock:
    """Sleeps for no time, and notes for how long it was asked to."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


async def test_a_broker_that_leaves_while_the_consumer_begins_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = [KafkaUnavailable("gone"), KafkaUnavailable("gone again"), None]
    listening = asyncio.Event()

    async def listen(*_: Any) -> None:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome
        listening.set()
        await asyncio.Event().wait()

    async def topics_are_there(*_: Any) -> list[str]:
        return []

    monkeypatch.setattr(intake, "listen", listen)
    monkeypatch.setattr(run, "apply_topics", topics_are_there)
    config = tmp_path / "tiebeam.toml"
    config.write_text(CONFIGURATION)
    clock: Any = Clock()
    async with assemble(settings.load(config, environ={}), config, clock) as parts:
        working = asyncio.create_task(run._intake(parts))
        async with asyncio.timeout(5):
            await listening.wait()
        working.cancel()
        await asyncio.wait({working})
    assert clock.slept == [run.BROKER_PAUSE] * 2


# FastStream leaves the producer open that it could not start.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_consumer_that_cannot_begin_says_that_the_broker_does_not_answer(
    tmp_path: Path,
) -> None:
    config = tmp_path / "tiebeam.toml"
    config.write_text(CONFIGURATION)
    async with assemble(settings.load(config, environ={}), config) as parts:
        with pytest.raises(KafkaUnavailable, match=r"Kafka at 127\.0\.0\.1:9 does not answer"):
            await intake.listen(parts.intake(), parts.kafka)
    gc.collect()
