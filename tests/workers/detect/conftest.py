"""A simulated Plentific without records, a store of its own and one clock, for each test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from adapters.facilitee.client import connect as connect_facilitee
from adapters.http.limits import Limits
from adapters.plentific.client import PlentificClient, connect
from adapters.store.engine import Store
from deploy.sandbox import Sandbox, running_sandbox
from deploy.sandbox.facilitee import data as facilitee_data
from deploy.sandbox.plentific.data import CLIENT_ID, CLIENT_SECRET
from tests.workers.detect.places import Places
from tests.workers.detect.world import CONNECTION, World, assert_versions_have_no_gaps
from tests.workers.fake_clock import FakeClock


@pytest.fixture(scope="session", autouse=True)
def certificates_read_once() -> Iterator[None]:
    """Plain HTTP needs no certificates, and each client would spend 50 ms on reading them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx, "create_ssl_context", cache(httpx.create_ssl_context))
        yield


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[EventDict]]:
    """What is logged, instead of printing it."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def sandbox(clock: FakeClock) -> AsyncIterator[Sandbox]:
    async with running_sandbox(clock=clock.now) as running:
        yield running


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[PlentificClient]:
    client = connect(
        connection=CONNECTION,
        base_url=sandbox.plentific_url,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        limits=Limits(100_000, 8),
        timeout=5,
    )
    yield client
    await client.aclose()


@pytest.fixture
async def world(
    sandbox: Sandbox, client: PlentificClient, store: Store, clock: FakeClock
) -> AsyncIterator[World]:
    built = World(sandbox, client, store, clock)
    yield built
    assert_versions_have_no_gaps(await built.all_events())


@pytest.fixture
async def other_world(world: World, upgraded_file: Path, tmp_path: Path) -> AsyncIterator[World]:
    """The same provider and the same time, seen from another store."""
    path = tmp_path / "other.db"
    shutil.copy(upgraded_file, path)
    async with Store.open(f"sqlite:///{path}") as opened:
        yield replace(world, store=opened, heard=set())


@pytest.fixture
async def places(world: World) -> AsyncIterator[Places]:
    """The simulated Facilitee, looked at with the same store and clock."""
    client = connect_facilitee(
        connection=CONNECTION,
        base_url=world.sandbox.facilitee_url,
        client_id=facilitee_data.CLIENT_ID,
        client_secret=facilitee_data.CLIENT_SECRET,
        limits=Limits(100_000, 8),
        timeout=5,
    )
    yield Places(replace(world, client=cast(Any, client)))
    await client.aclose()
