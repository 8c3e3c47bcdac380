"""Tokens that end in the middle of things are renewed, and cost neither an event nor a charge."""

from __future__ import annotations

import pytest

from tests.end_to_end.world import World

pytestmark = pytest.mark.kafka


async def test_tokens_that_expire_mid_flight_at_both_providers_are_renewed(world: World) -> None:
    faults = world.sandbox.state.faults
    expiries = [
        faults.add("expire_tokens", provider=provider, operation=operation)
        for provider, operation in (
            ("plentific", "list_work_orders"),
            ("plentific", "list_invoices"),
            ("plentific", "get_invoice"),
            ("plentific", "get_work_order"),
            ("essensys", "put chargesheet"),
        )
    ]
    world.busy_day()
    await world.closed()

    assert [fault.applied for fault in expiries] == [1] * len(expiries)
    refused = [request for request in world.sandbox.state.requests.find() if request.status == 401]
    assert len(refused) >= len(expiries)
    effective = world.sandbox.state.requests.find("essensys", method="PUT")
    assert sum(request.handled_status == 200 for request in effective) == 3


async def test_tokens_that_live_for_a_second_are_renewed_before_they_end(world: World) -> None:
    state = world.sandbox.state
    state.plentific.settings.token_seconds = state.essensys.settings.token_seconds = 1
    state.plentific.tokens.expire_all()
    world.busy_day()
    await world.settled()
    world.pay_new()
    await world.closed()

    issued = state.requests.find("plentific", operation="create_token")
    assert len(issued) > 2


async def test_a_token_that_cannot_be_had_is_asked_for_until_it_can(world: World) -> None:
    state = world.sandbox.state
    faults = [
        state.faults.add(kind, provider=provider, operation="create_token")
        for provider, kind in (
            ("plentific", "status"),
            ("plentific", "half_body"),
            ("essensys", "html"),
        )
    ]
    state.plentific.tokens.expire_all()
    state.essensys.tokens.expire_all()
    world.busy_day()
    await world.closed()
    assert [fault.applied for fault in faults] == [1] * len(faults)
