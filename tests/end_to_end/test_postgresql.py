"""Each role a process of its own, with PostgreSQL between them: from the change to the charge."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.end_to_end.conftest import MakeWorld
from tests.end_to_end.process import Running, tiebeam
from tests.end_to_end.told import of_type

pytestmark = [pytest.mark.kafka, pytest.mark.real_kafka, pytest.mark.slow]

ROLES = (("poll", "webhooks"), ("relay",), ("react",), ("react",))


async def test_processes_on_postgresql_tell_and_do_everything_once(
    make_world: MakeWorld, empty_postgres_url: str
) -> None:
    world = await make_world(store=empty_postgres_url)
    config = ("--config", str(world.config))
    async with AsyncExitStack() as stack:

        async def begin(*command: str) -> Running:
            return await stack.enter_async_context(tiebeam(*config, *command))

        upgrades = [await begin("store", "upgrade") for _ in range(2)]
        assert [await one.ended() for one in upgrades] == [0, 0]
        workers = [await begin("run", *roles) for roles in ROLES]
        await world.baselined()
        world.busy_day()
        for _ in range(10):
            world.pay_new()

        on_topics = await world.closed()
        ends = await asyncio.gather(*(one.stopped() for one in workers))

    assert ends == [0] * len(ROLES), [one.err for one in workers]
    assert len(world.truth.writes()) == len(list(world.truth.charges_due())) == 13
    assert len(of_type(on_topics, "essensys.charge_sheet.created")) == 13
