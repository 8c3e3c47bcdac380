"""Worlds for the end-to-end tests, each with a topic prefix and an SQLite file of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.store import Store
from tests.end_to_end.day import Day, live
from tests.end_to_end.world import World, opened

MakeWorld = Callable[..., Awaitable[World]]


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("store") / "empty.db"

    async def upgrade() -> None:
        async with Store.open(f"sqlite:///{path}") as store:
            await store.upgrade()

    asyncio.run(upgrade())
    return path


@pytest.fixture
def broker(request: pytest.FixtureRequest) -> str | None:
    """The shared broker, started only for tests that are marked as needing one."""
    if request.node.get_closest_marker("kafka") is None:
        return None
    return str(request.getfixturevalue("kafka"))


@pytest.fixture
async def make_world(
    broker: str | None, topic_prefix: str, tmp_path: Path, empty_store: Path
) -> AsyncIterator[MakeWorld]:
    """Make a world whose workers are not started yet, on the shared broker unless `kafka` is given.

    Everything else is as in `world.opened`.
    """
    async with AsyncExitStack() as stack:

        async def make(*, kafka: str | None = None, **given: Any) -> World:
            kafka = kafka or broker
            assert kafka is not None, "mark the test with `kafka`"
            return await stack.enter_async_context(
                opened(tmp_path, empty_store, kafka, topic_prefix, **given)
            )

        yield make


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    """The usual world, its workers running and their baseline taken."""
    made = await make_world()
    await made.start()
    await made.baselined()
    return made


@pytest.fixture(scope="session")
def tracing() -> TracerProvider:
    """Tracing is on, as in every process of `tiebeam run`; a process can turn it on only once."""
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    return provider


@pytest.fixture(scope="session")
def day(
    kafka: str,
    tmp_path_factory: pytest.TempPathFactory,
    empty_store: Path,
    tracing: TracerProvider,
) -> Day:
    """A busy day without faults."""
    spans = InMemorySpanExporter()
    tracing.add_span_processor(SimpleSpanProcessor(spans))
    folder, prefix = tmp_path_factory.mktemp("day"), f"t{uuid4().hex[:12]}."
    lived = asyncio.run(live(folder, empty_store, kafka, prefix, spans))
    spans.shutdown()
    return lived


@pytest.fixture
def spans(tracing: TracerProvider) -> Iterator[InMemorySpanExporter]:
    """Every span that ends while the test runs."""
    exporter = InMemorySpanExporter()
    tracing.add_span_processor(SimpleSpanProcessor(exporter))
    yield exporter
    exporter.shutdown()
