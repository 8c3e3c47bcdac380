"""A relay is a member of its crew once it reaches the broker, so that it keeps no share idle."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from adapters.kafka.errors import KafkaProblem, KafkaUnavailable, NotAllowed, NotLetIn
from adapters.store import leases
from tests.workers.cli.conftest import CONFIGURATION
from tests.workers.fake_clock import FakeClock
from workers import run, settings
from workers.relay import LOGIN_PAUSE
from workers.wiring import Parts, assemble


async def members(parts: Parts) -> list[str]:
    """Those whom the other relays count with."""
    async with parts.store.read() as tx:
        return await leases.owners(tx, "crew/relay/", parts.clock.now())


async def test_who_does_not_reach_the_broker_is_no_member_and_who_does_is(
    upgraded_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes: list[KafkaProblem] = [
        KafkaUnavailable("nobody answers"),
        NotLetIn("the login is refused"),
        NotAllowed("no permission to Create"),
    ]

    async def apply_topics(*_: Any) -> list[str]:
        if outcomes:
            raise outcomes.pop(0)
        return []

    monkeypatch.setattr(run, "apply_topics", apply_topics)
    config = tmp_path / "tiebeam.toml"
    shutil.copy(upgraded_file, tmp_path / "store.db")
    config.write_text(CONFIGURATION.replace("DATABASE", str(tmp_path / "store.db")))
    clock = FakeClock()
    async with assemble(settings.load(config, environ={}), config, clock) as parts:
        crew = parts.crew("relay")
        joined = asyncio.create_task(crew.changed.wait())
        relaying = asyncio.create_task(run._relay(parts, crew))
        try:
            async with asyncio.timeout(10):
                for pause in (run.BROKER_PAUSE, LOGIN_PAUSE, LOGIN_PAUSE):
                    await clock.until_asleep()
                    assert clock.slept[-1] == pause
                    assert await members(parts) == []
                    clock.advance(seconds=pause)
                await joined
            assert await members(parts) == [parts.owner]
        finally:
            relaying.cancel()
            await asyncio.wait({relaying})
        assert await members(parts) == []
