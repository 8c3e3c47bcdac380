"""The operations endpoints of workers that run: alive, ready or why not, and the metrics."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.end_to_end.conftest import MakeWorld
from tests.end_to_end.world import World, until
from workers.react.audit import Ending
from workers.react.breaker import FAILURES, Breaker
from workers.telemetry import pulse

NOBODY = "127.0.0.1:9"  # the discard port: no broker listens there


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
async def ops(port: int) -> AsyncIterator[httpx.AsyncClient]:
    url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=url, timeout=10, verify=False) as client:
        yield client


async def answering(ops: httpx.AsyncClient) -> bool:
    try:
        return (await ops.get("/health/live")).status_code == 200
    except httpx.ConnectError:
        return False


async def started(world: World, ops: httpx.AsyncClient) -> World:
    await world.start()
    await until(lambda: answering(ops), "the endpoints answer")
    return world


@pytest.mark.kafka
async def test_workers_that_have_all_they_need_are_ready(
    make_world: MakeWorld, ops: httpx.AsyncClient, port: int
) -> None:
    await started(await make_world(ops_port=port), ops)

    ready = await ops.get("/health/ready")
    assert set(ready.json()) == {"store", "kafka", "streams", "providers"}
    assert set(ready.json().values()) == {"ok"}
    assert ready.status_code == 200
    assert (await ops.get("/health/live")).json() == {"live": True, "stuck": []}
    assert (await ops.get("/health/nothing")).status_code == 404


async def test_without_a_broker_workers_are_alive_but_not_ready_and_say_why(
    make_world: MakeWorld, ops: httpx.AsyncClient, port: int
) -> None:
    await started(await make_world(ops_port=port, kafka=NOBODY), ops)

    ready = await ops.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json()["kafka"].startswith(f"Kafka at {NOBODY} does not answer")
    assert ready.json()["store"] == "ok"
    assert (await ops.get("/health/live")).status_code == 200


async def test_without_a_store_workers_are_alive_but_not_ready_and_the_metrics_still_come(
    make_world: MakeWorld, ops: httpx.AsyncClient, port: int
) -> None:
    world = await started(await make_world(ops_port=port, kafka=NOBODY), ops)
    await world.parts.store.aclose()

    ready = await ops.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json()["store"].endswith("it is closed")
    assert (await ops.get("/health/live")).status_code == 200
    metrics = await ops.get("/metrics")
    assert (metrics.status_code, "tiebeam_outbox_rows" in metrics.text) == (200, True)


async def test_a_stream_that_keeps_failing_makes_workers_not_ready_until_it_works(
    make_world: MakeWorld, ops: httpx.AsyncClient, port: int
) -> None:
    world = await started(await make_world(ops_port=port, kafka=NOBODY, every="10ms"), ops)
    broken = world.sandbox.state.faults.add(
        "status", status=500, operation="list_invoices", times=None
    )

    async def failing() -> bool:
        answer = await ops.get("/health/ready")
        return "list_invoices" in answer.json()["streams"]

    await until(failing, "the stream is called failing")
    assert "plentific/work-orders" not in (await ops.get("/health/ready")).json()["streams"]

    broken.times = 0

    async def fine() -> bool:
        return bool((await ops.get("/health/ready")).json()["streams"] == "ok")

    await until(fine, "the stream is fine again")


@pytest.mark.kafka
async def test_the_metrics_are_those_of_the_contract(
    make_world: MakeWorld, ops: httpx.AsyncClient, port: int
) -> None:
    world = await started(await make_world(ops_port=port), ops)
    await world.baselined()
    world.sandbox.state.plentific.invoices[world.invoice(1)["uuid"]]["novelty"] = "unknown"
    world.busy_day()
    await world.settled()

    answer = await ops.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    families = {one.name: one for one in text_string_to_metric_families(answer.text)}
    own = {name for name in families if name.startswith("tiebeam_")}
    assert own >= {
        "tiebeam_entities_seen",
        "tiebeam_entities_changed",
        "tiebeam_events_detected",
        "tiebeam_api_calls",
        "tiebeam_rate_limit_wait_seconds",
        "tiebeam_poll_cycle_seconds",
        "tiebeam_poll_cycle_failures",
        "tiebeam_outbox_rows",
        "tiebeam_outbox_oldest_seconds",
        "tiebeam_publish_seconds",
        "tiebeam_end_to_end_seconds",
        "tiebeam_reactions",
        "tiebeam_unknown_fields",
        "tiebeam_unknown_values",
    }
    calls = [dict(sample.labels) for sample in families["tiebeam_api_calls"].samples]
    assert {"connection": "operate", "operation": "put_chargesheet", "status": "200"} in calls
    finished = [one for one in families["tiebeam_reactions_finished"].samples if one.value]
    totals = {one.labels["state"]: one.value for one in finished if one.name.endswith("_total")}
    assert totals["succeeded"] >= 2
    unknown = [dict(sample.labels) for sample in families["tiebeam_unknown_fields"].samples]
    assert {"connection": "plentific", "model": "Invoice", "field": "novelty"} in unknown


async def test_workers_of_which_a_loop_stands_still_are_not_alive(
    make_world: MakeWorld, ops: httpx.AsyncClient, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await started(await make_world(ops_port=port, kafka=NOBODY), ops)
    monkeypatch.setattr(pulse, "LONGEST_TURN", -1.0)  # so that none turns soon enough

    live = await ops.get("/health/live")
    assert live.status_code == 503
    stuck = live.json()["stuck"]
    assert {"crew of poll", "react operate"} <= set(stuck)


async def test_workers_whose_provider_fails_for_good_are_not_ready_and_say_why(
    make_world: MakeWorld, ops: httpx.AsyncClient, port: int
) -> None:
    world = await started(await make_world(ops_port=port, kafka=NOBODY), ops)
    breaker = Breaker("operate", world.parts.clock)
    for _ in range(FAILURES):
        breaker.ended(Ending("retrying", trouble=True))

    ready = await ops.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json()["providers"] == "operate: calls fail, reactions wait"

    breaker.ended(Ending("succeeded", answered=True))
    assert (await ops.get("/health/ready")).json()["providers"] == "ok"
