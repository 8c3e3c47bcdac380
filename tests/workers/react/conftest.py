"""A simulated essensys with two accounts, a store of its own and one clock, for each test."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from adapters.essensys.client import EssensysClient
from adapters.store.engine import Store
from deploy.sandbox import Sandbox, running_sandbox
from deploy.sandbox.essensys.records import create_account
from tests.workers.fake_clock import FakeClock
from tests.workers.react.world import ACCOUNT, OTHER_ACCOUNT, World, connected


@pytest.fixture(scope="session", autouse=True)
def _certificates_read_once() -> Iterator[None]:
    """Reading them takes longer than a test, and plain HTTP needs none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx, "create_ssl_context", functools.cache(httpx.create_ssl_context))
        yield


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def sandbox(clock: FakeClock) -> AsyncIterator[Sandbox]:
    async with running_sandbox(clock=clock.now) as running:
        for account in (ACCOUNT, OTHER_ACCOUNT):
            values = {"accountid": account, "clientname": f"Example {account}"}
            create_account(running.state.essensys, values, clock.now())
        yield running


@pytest.fixture
async def client(sandbox: Sandbox, clock: FakeClock) -> AsyncIterator[EssensysClient]:
    async with connected(sandbox, clock) as connection:
        yield connection


@pytest.fixture
def world(sandbox: Sandbox, client: EssensysClient, store: Store, clock: FakeClock) -> World:
    return World(sandbox, client, store, clock)
