"""The operations endpoints: liveness, readiness, metrics, and what the topics hold."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from functools import partial

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.kafka.errors import KafkaProblem
from adapters.kafka.topics import open_topics
from adapters.store.errors import StoreError
from workers import asyncapi, gauges, permissions
from workers.detect.poller import overview
from workers.serving import serve_app
from workers.telemetry import metrics, pulse
from workers.wiring import Parts

FAILING = 5
"""A stream that failed so many times in a row makes the process not ready."""
PATIENCE = 3.0
"""Seconds that a dependency is given to answer."""

Ping = Callable[[Parts], Awaitable[str | None]]


async def store_problem(parts: Parts) -> str | None:
    """Return why the store cannot be used, or None."""
    try:
        await parts.store.ping()
    except StoreError as error:
        return str(error)
    return None


async def kafka_problem(parts: Parts, roles: Collection[str] = ()) -> str | None:
    """Return why Kafka cannot be used, or which permission of these roles is missing, or None."""
    try:
        async with open_topics(parts.kafka, timeout=PATIENCE) as topics:
            await topics.names()
        return await permissions.problem(parts, roles, PATIENCE)
    except KafkaProblem as error:
        return str(error)
    return None


async def streams_problem(parts: Parts) -> str | None:
    """Return which streams keep failing, or None."""
    try:
        looks = await overview(parts.sources)
    except StoreError as error:
        return str(error)
    failing = [
        f"{'/'.join(source.labels)}: {progress.error}"
        for source, progress in looks
        if progress.failures >= FAILING
    ]
    return "; ".join(failing) or None


async def providers_problem(_: Parts) -> str | None:
    """Return the connections that reactions keep away from because calls fail there, or None."""
    (breakers,) = metrics.BREAKER_OPEN.collect()
    away = [one.labels["connection"] for one in breakers.samples if one.value]
    return "; ".join(f"{one}: calls fail, reactions wait" for one in sorted(away)) or None


PINGS: dict[str, Ping] = {
    "store": store_problem,
    "streams": streams_problem,
    "providers": providers_problem,
}


def app(parts: Parts, roles: Collection[str] = ()) -> Starlette:
    """Build the endpoints: /health/live, /health/ready, /metrics, /asyncapi, /asyncapi.json."""

    async def live(_: Request) -> Response:
        stuck = pulse.stuck()
        return JSONResponse({"live": not stuck, "stuck": stuck}, 503 if stuck else 200)

    async def ready(_: Request) -> Response:
        problems = await _problems(parts, roles)
        status = 503 if any(problems.values()) else 200
        return JSONResponse({name: problem or "ok" for name, problem in problems.items()}, status)

    async def show_metrics(_: Request) -> Response:
        await gauges.read(parts)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(
        routes=[
            Route("/health/live", live),
            Route("/health/ready", ready),
            Route("/metrics", show_metrics),
            *asyncapi.routes(parts.kafka),
        ]
    )


async def _problems(parts: Parts, roles: Collection[str]) -> dict[str, str | None]:
    async def within(ping: Ping) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE):
                return await ping(parts)
        except TimeoutError:
            return f"no answer within {PATIENCE:g} s"

    pings: dict[str, Ping] = {**PINGS, "kafka": partial(kafka_problem, roles=roles)}
    answers = await asyncio.gather(*(within(ping) for ping in pings.values()))
    return dict(zip(pings, answers, strict=True))


async def serve(parts: Parts, roles: Collection[str]) -> None:
    """Serve the endpoints until cancelled."""
    http = parts.settings.http
    await serve_app(app(parts, roles), http.host, http.ops_port)
