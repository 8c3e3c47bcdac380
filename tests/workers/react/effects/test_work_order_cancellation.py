"""A cancellation looks at the order itself: what is over need not, and must not, be cancelled."""

from __future__ import annotations

from collections.abc import AsyncIterator

import orjson
import pytest

from adapters.http.errors import NotFound
from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from deploy.sandbox.plentific.identity import uuid_of
from tests.workers.fake_clock import FakeClock
from tests.workers.react.plentific_world import PREPARE, PlentificWorld, plentific_world
from workers.react.effects.work_order_cancellation import CANCELLED, KIND
from workers.react.reaction import Absent, Done, Effect, Place, Search


@pytest.fixture
async def world(sandbox: Sandbox, store: Store, clock: FakeClock) -> AsyncIterator[PlentificWorld]:
    async with plentific_world(PREPARE, sandbox, store, clock) as made:
        yield made


async def look(world: PlentificWorld, uuid: str | None) -> object:
    async def nobodys(_ids: set[str]) -> set[str]:
        return set()

    effect = Effect("work-order-cancelled/operate/629/2", KIND, CANCELLED, basis=uuid)
    place = Place("plentific", world.client, "GBP", "Europe/London")
    return await KIND.find(place, Search(effect, world.clock.now(), nobodys))


@pytest.mark.parametrize("status", ["new", "booked", "hired", "deposit_paid", "some day"])
async def test_an_order_that_goes_on_is_not_cancelled_yet(
    status: str, world: PlentificWorld
) -> None:
    assert await look(world, world.entered(status=status)) == Absent()


@pytest.mark.parametrize("status", ["customer_cancelled", "cancelled", "declined", "done", "lost"])
async def test_an_order_that_is_over_is_found_so(status: str, world: PlentificWorld) -> None:
    uuid = world.entered(status=status)

    expected = Done(f"{uuid}/cancelled", "reference", {"status": status})
    assert await look(world, uuid) == expected
    assert world.writes() == []


async def test_an_order_that_is_gone_is_for_a_person(world: PlentificWorld) -> None:
    with pytest.raises(NotFound):
        await look(world, uuid_of("nothing"))


async def test_without_an_order_nothing_is_asked(world: PlentificWorld) -> None:
    with pytest.raises(ValueError, match="has no work order"):
        await look(world, None)
    assert world.sandbox.state.requests.find() == []


def test_a_call_comes_back_from_the_ledger_as_it_was() -> None:
    assert KIND.restore(orjson.loads(orjson.dumps(KIND.request(CANCELLED)))) == CANCELLED
