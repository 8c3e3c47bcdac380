"""PostgreSQL for benchmarks: a server that keeps what it has committed, and new databases in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from uuid import uuid4

import asyncpg
from sqlalchemy import URL, make_url

from adapters.store.engine import Store
from tests.postgres import Server

AS_DELIVERED = "template1"

Place = Callable[[], AbstractAsyncContextManager[str]]
"""Makes a new store with all tables; gives its URL."""


@contextmanager
def durable_server() -> Iterator[str]:
    """A server of its own, with `fsync`; gives a URL whose user may make databases.

    Raises:
        NoPostgresError: There can be none on this machine.
    """
    server = Server(settings=("autovacuum=on",))
    try:
        server.start()
        yield server.url()
    finally:
        server.remove()


@asynccontextmanager
async def new_database(server: str, like: str = AS_DELIVERED) -> AsyncIterator[str]:
    """A new database, the copy of one that nobody uses; gives its URL. Dropped at the end."""
    url = make_url(server).set(drivername="postgresql")
    name = f"tiebeam_bench_{uuid4().hex[:12]}"
    connection = await asyncpg.connect(_shown(url))
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        yield _shown(url.set(database=name))
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


@asynccontextmanager
async def new_postgres(server: str) -> AsyncIterator[str]:
    """A new PostgreSQL store with all tables; gives its URL."""
    async with new_database(server) as url:
        async with Store.open(url) as store:
            await store.upgrade()
        yield url


async def tidied(url: str) -> str:
    """Vacuum and analyse a database, as a server does in the long run; returns its name."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
    return str(make_url(url).database)


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)
