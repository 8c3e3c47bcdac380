"""Consumers come and go: partitions change hands, and nothing is taken twice or left lying."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from tests.end_to_end.process import tiebeam
from tests.end_to_end.world import GROUP, World, until

pytestmark = [pytest.mark.kafka, pytest.mark.slow]  # they start processes


async def members_at_work(world: World) -> int:
    """How many members the reactions' group has, once each has its share of the partitions."""
    client: Any = AIOKafkaAdminClient(bootstrap_servers=world.kafka)
    await client.start()
    try:
        (answer,) = await client.describe_consumer_groups([f"{world.prefix}{GROUP}"])
    finally:
        await client.close()
    (group,) = answer.groups
    _, _, state, _, _, members, *_ = group
    return len(members) if state == "Stable" else 0


async def test_a_second_react_process_joins_and_leaves_without_duplicates(world: World) -> None:
    world.pay_new()
    await world.settled()

    async with tiebeam("--config", str(world.config), "run", "react") as second:
        for _ in range(3):
            world.pay_new()  # while it joins

        async def joined() -> bool:
            assert second.process.returncode is None
            return await members_at_work(world) == 2

        await until(joined, "two members at work")
        world.busy_day()
        for _ in range(5):
            world.pay_new()
        await world.settled()

        for _ in range(5):
            world.pay_new()  # while it leaves
        assert await second.stopped() == 0

    async def alone() -> bool:
        return await members_at_work(world) == 1

    await until(alone, "one member at work")
    world.pay_new()
    told = await world.closed()

    assert len(world.truth.writes()) == len(list(world.truth.charges_due())) == 18
    assert len({one.id for one in told}) == len(told)
