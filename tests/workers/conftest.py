"""What all tests of the workers may use."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.store import Store
from tests.workers.configuration import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the configuration file."""

    def to_file(text: str, name: str = "tiebeam.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


@pytest.fixture(scope="session")
def upgraded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("store") / "upgraded.db"

    async def upgrade() -> None:
        async with Store.open(f"sqlite:///{path}") as store:
            await store.upgrade()

    asyncio.run(upgrade())
    return path


@pytest.fixture
async def store(upgraded_file: Path, tmp_path: Path) -> AsyncIterator[Store]:
    """A new store with all tables."""
    path = tmp_path / "store.db"
    shutil.copy(upgraded_file, path)
    async with Store.open(f"sqlite:///{path}") as opened:
        yield opened


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Every span that ends while the test runs."""
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield exporter
    exporter.shutdown()
