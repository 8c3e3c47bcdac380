"""The role `webhooks` in this process: what it serves, how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.store import hints
from tests.workers.cli.conftest import CONFIGURATION
from tests.workers.webhooks.conftest import SECRET, Receiving, free_port
from workers.settings import load
from workers.webhooks import role
from workers.webhooks.writer import HintWriter
from workers.wiring import assemble

PAID = {"event": "invoice.paid"}
SIGNED = f'provider = "plentific"\nwebhook_secret = "{SECRET.decode()}"\n'


@pytest.fixture
def config(upgraded_file: Path, tmp_path: Path) -> Path:
    """A configuration with one connection to Plentific, which has a secret for webhooks."""
    (tmp_path / "store.db").write_bytes(upgraded_file.read_bytes())
    text = CONFIGURATION.replace("DATABASE", f"{tmp_path}/store.db")
    text = text.replace("webhook_port = 0", f"webhook_port = {free_port()}")
    path = tmp_path / "tiebeam.toml"
    path.write_text(text.replace('provider = "plentific"\n', SIGNED))
    return path


@pytest.fixture
def unsigned(config: Path) -> Path:
    """The same without the secret."""
    config.write_text(config.read_text().replace(SIGNED, 'provider = "plentific"\n'))
    return config


@asynccontextmanager
async def serving(config: Path) -> AsyncIterator[tuple[Receiving, asyncio.Task[None]]]:
    """The role of this configuration; gives its task, which may be ended."""
    settings = load(config, {})
    url = f"http://127.0.0.1:{settings.http.webhook_port}"
    async with assemble(settings, config) as parts, aiohttp.ClientSession() as client:
        task = asyncio.create_task(role.serve(parts))
        await asyncio.sleep(0)
        try:
            yield Receiving(url, parts.store, client), task
        finally:
            task.cancel()
            await asyncio.wait({task})


async def test_deliveries_of_connections_with_a_secret_are_taken(config: Path) -> None:
    async with serving(config) as (receiver, _):
        assert await receiver.deliver(PAID) == 202
        assert await receiver.deliver(PAID, connection="operate") == 404
        assert len(await receiver.stored()) == 1


async def test_without_any_such_connection_nothing_is_found_and_nothing_fails(
    unsigned: Path,
) -> None:
    async with serving(unsigned) as (receiver, task):
        assert await receiver.deliver(PAID) == 404
        assert not task.done()


async def test_what_is_under_way_at_the_end_is_stored_and_answered(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, under_way, go_on = hints.add, asyncio.Event(), asyncio.Event()

    async def held(*args: Any, **named: Any) -> None:
        under_way.set()
        await go_on.wait()
        await add(*args, **named)

    monkeypatch.setattr(hints, "add", held)
    async with asyncio.timeout(20), serving(config) as (receiver, task):
        delivery = asyncio.create_task(receiver.deliver(PAID))
        await under_way.wait()
        task.cancel()
        await asyncio.sleep(0)
        go_on.set()
        assert await delivery == 202
        await asyncio.wait({task})
        assert len(await receiver.stored()) == 1


async def test_a_writer_that_dies_ends_the_role(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(_: HintWriter) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(HintWriter, "run", dies)
    async with serving(config) as (_, task):
        with pytest.raises(ExceptionGroup) as caught:
            await task
    assert caught.group_contains(ZeroDivisionError)
