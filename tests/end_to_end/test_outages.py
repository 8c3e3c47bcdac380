"""The broker or the providers are away for a while: what happened meanwhile is told afterwards."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import func, select

from adapters.store.tables import outbox
from deploy.kafka.cluster import Cluster
from tests.end_to_end.conftest import MakeWorld
from tests.end_to_end.told import each_once
from tests.end_to_end.world import World, until

pytestmark = pytest.mark.kafka

LONG = pytest.param(30.0, marks=pytest.mark.slow, id="for 30 s")


async def unpublished(world: World) -> int:
    """How many events wait in the outbox."""
    waiting = select(func.count()).where(outbox.c.published_at.is_(None))
    async with world.store.read() as tx:
        return (await tx.execute(waiting)).scalar_one()


async def life_goes_on(world: World, seconds: float) -> None:
    """A busy day, then another paid invoice every second."""
    world.busy_day()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        world.pay_new()
        await asyncio.sleep(min(1.0, seconds))  # the outage itself takes real time
    world.fail_if_ended()


@pytest.mark.real_kafka
@pytest.mark.parametrize("seconds", [pytest.param(1.0, id="until it has started again"), LONG])
async def test_a_broker_stopped_while_changes_go_on_loses_nothing(
    make_world: MakeWorld, kafka_cluster: Cluster, seconds: float
) -> None:
    world = await make_world(kafka=kafka_cluster.bootstrap_servers)
    await world.start()
    await world.baselined()
    world.pay_new()
    await world.settled()

    await asyncio.to_thread(kafka_cluster.stop_broker, 1)
    await life_goes_on(world, seconds)
    told_before = 2 + 2  # of the invoice before: received and paid, charge and reaction

    async def waiting() -> bool:
        return await unpublished(world) >= told_before + 5

    await until(waiting, "events in the outbox")
    await asyncio.to_thread(kafka_cluster.start_broker, 1)

    told = await world.closed(within=60.0)
    assert len(each_once(told)) > told_before + 5


@pytest.mark.slow
@pytest.mark.real_kafka
async def test_workers_that_start_before_their_broker_wait_for_it(
    make_world: MakeWorld, kafka_cluster: Cluster
) -> None:
    await asyncio.to_thread(kafka_cluster.stop_broker, 1)
    world = await make_world(kafka=kafka_cluster.bootstrap_servers)
    await world.start()
    await world.baselined()
    world.busy_day()

    async def waiting() -> bool:
        return await unpublished(world) >= 7

    await until(waiting, "events in the outbox")
    await asyncio.to_thread(kafka_cluster.start_broker, 1)
    await world.closed(within=60.0)


@pytest.mark.parametrize("seconds", [pytest.param(2.0, id="for 2 s"), LONG])
async def test_providers_stopped_while_changes_go_on_lose_nothing(
    world: World, seconds: float
) -> None:
    put = world.sandbox.state.faults.add("delay", provider="essensys", method="PUT", hold=True)
    world.pay_new()
    await world.sandbox.state.faults.until(lambda: put.held == 1)

    await world.sandbox.stop()  # in the middle of the PUT
    await life_goes_on(world, seconds)
    await world.sandbox.start()

    await world.closed(within=120.0)
    assert put.applied == 1


async def test_an_outage_is_told_and_ends_in_the_progress_of_the_streams(world: World) -> None:

    await world.sandbox.stop()

    async def failing() -> bool:
        looks = (await world.looks()).values()
        return all(one.failures and "no connection" in (one.error or "") for one in looks)

    await until(failing, "failures in the progress of the streams")
    await world.sandbox.start()
    await world.looked_again()
    assert [one.failures for one in (await world.looks()).values()] == [0, 0]
