"""A running sandbox with a clock that stands still, and clients that hold a token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from deploy.sandbox import Sandbox, running_sandbox
from deploy.sandbox.essensys import data as essensys
from deploy.sandbox.plentific import data as plentific

# verify=False: plain HTTP needs no certificates, and loading them takes longer than a test.
START = datetime(2026, 3, 2, 9, 30, 15, 250000, tzinfo=UTC)


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sandbox(clock: Clock) -> AsyncIterator[Sandbox]:
    async with running_sandbox(seed="demo", clock=clock) as running:
        yield running


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=5, verify=False) as client:
        yield client


@pytest.fixture
async def control(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox.control_url, timeout=5, verify=False) as client:
        yield client


async def plentific_token(http: httpx.AsyncClient, sandbox: Sandbox) -> str:
    body = {"client_id": plentific.CLIENT_ID, "client_secret": plentific.CLIENT_SECRET}
    answer = await http.post(f"{sandbox.plentific_url}/token", json=body)
    token: str = answer.json()["access_token"]
    return token


def password_grant() -> dict[str, str]:
    return {
        "grant_type": "password",
        "scope": "hubapi",
        "client_id": essensys.CLIENT_ID,
        "client_secret": essensys.CLIENT_SECRET,
        "username": essensys.USERNAME,
        "password": essensys.PASSWORD,
    }


async def essensys_token(http: httpx.AsyncClient, sandbox: Sandbox) -> str:
    answer = await http.post(f"{sandbox.essensys_url}/oauth2/token", data=password_grant())
    token: str = answer.json()["access_token"]
    return token


@pytest.fixture
async def plentific_api(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {await plentific_token(http, sandbox)}"}
    async with httpx.AsyncClient(
        base_url=sandbox.plentific_url, headers=headers, timeout=5, verify=False
    ) as client:
        yield client


@pytest.fixture
async def essensys_api(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {await essensys_token(http, sandbox)}"}
    async with httpx.AsyncClient(
        base_url=f"{sandbox.essensys_url}/api/1.0", headers=headers, timeout=5, verify=False
    ) as client:
        yield client
