"""Several connections of one provider, whose ids may even be the same, do not mix."""

from __future__ import annotations

import pytest

from tests.end_to_end.conftest import MakeWorld
from tests.end_to_end.told import of_type
from tests.end_to_end.world import ONE_LINE, TWO_LINES

pytestmark = pytest.mark.kafka


async def test_two_connections_of_one_provider_do_not_mix(make_world: MakeWorld) -> None:
    world = await make_world(more={"north": "annexe"})
    await world.start()
    await world.baselined()
    first, second = world.truths
    world.pay(TWO_LINES)
    for place in (TWO_LINES, ONE_LINE):  # the same ids, in another account
        world.pay(place, second.state)
    told = await world.closed()

    paid = of_type(told, "plentific.invoice.paid")
    shared = world.invoice(TWO_LINES)["uuid"]
    assert sorted((one.source, one.subject == shared) for one in paid) == [
        ("/plentific/north", False),
        ("/plentific/north", True),
        ("/plentific/plentific", True),
    ]
    assert len({one.id for one in paid}) == 3
    charged = of_type(told, "essensys.charge_sheet.created")
    assert {one.source for one in charged} == {"/essensys/operate"}
    assert second.writes() == []
    assert second.new_charge_sheets() == []
    assert len(first.new_charge_sheets()) == 2
