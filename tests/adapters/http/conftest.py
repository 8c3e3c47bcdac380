from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.http.client import HttpClient
from adapters.http.limits import Limits

OpenClient = Callable[..., HttpClient]
PassTime = Callable[[float], None]


@pytest.fixture
async def open_client() -> AsyncIterator[OpenClient]:
    """Make clients that are closed at the end; fast, unless the test says otherwise."""
    clients: list[HttpClient] = []

    def make(base_url: str, **given: Any) -> HttpClient:
        given = {"connection": "test", "limits": Limits(10_000, 200), **given}
        clients.append(HttpClient(base_url=base_url, **given))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    exporter = InMemorySpanExporter()
    processor = SimpleSpanProcessor(exporter)
    provider.add_span_processor(processor)
    yield exporter
    exporter.shutdown()


@pytest.fixture
async def pass_time(monkeypatch: pytest.MonkeyPatch) -> PassTime:
    """Let that many seconds pass for every time-out of the event loop, at once."""
    loop = asyncio.get_running_loop()
    passed, real = 0.0, loop.time

    def forward(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    monkeypatch.setattr(loop, "time", lambda: real() + passed)
    return forward
