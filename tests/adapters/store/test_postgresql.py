"""What only PostgreSQL does: what its server refuses, and connections that are lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from sqlalchemy import TextClause, make_url, text

from adapters.store import MigrationsPending, Store, StoreUnavailable, dialects, outbox
from adapters.store.errors import StoreError
from tests.adapters.store.examples import a_record
from tests.postgres import GIVEN, LOCKED, Databases, Server

IN_TIME = 30.0


def _is_one_line(error: BaseException, *words: str) -> None:
    assert "\n" not in str(error)
    assert "secret" not in str(error)
    for word in words:
        assert word in str(error)


async def _backlog(store: Store) -> None:
    async with store.read() as tx:
        await outbox.backlog(tx)


async def _upgrade(store: Store) -> None:
    await store.upgrade()


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
async def test_a_server_that_is_away_is_named_without_its_password(scheme: str) -> None:
    # Port 9 of this machine: nobody listens there.
    async with Store.open(f"{scheme}://tie:secret@127.0.0.1:9/tiebeam") as store:
        with pytest.raises(StoreUnavailable) as caught:
            await store.ping()

    _is_one_line(caught.value, "tie:***@127.0.0.1:9/tiebeam: no connection")


@pytest.fixture
def guests(databases: Databases, postgres_url: str) -> Iterator[None]:
    """A user who needs a password, and one who may do nothing."""
    if GIVEN:
        pytest.skip("who needs a password is only known of a server of our own")
    databases.run(postgres_url, f"CREATE USER {LOCKED} PASSWORD 'right'; CREATE USER guest")
    yield
    databases.run(postgres_url, f"DROP USER {LOCKED}; DROP USER guest")


@pytest.mark.usefixtures("guests")
@pytest.mark.parametrize(
    ("change", "work", "words"),
    [
        (
            {"username": LOCKED, "password": "secret"},
            Store.ping,
            f'password authentication failed for user "{LOCKED}": check the user and the password',
        ),
        (
            {"username": "stranger", "password": "secret"},
            Store.ping,
            'role "stranger" does not exist: check the user and the password',
        ),
        (
            {"database": "nowhere"},
            Store.ping,
            'database "nowhere" does not exist: create the database first',
        ),
        (
            {"username": "guest"},
            _backlog,
            "permission denied for table outbox: let the user of the store's URL make and use",
        ),
        (
            {"username": "guest", "database": "postgres"},
            _upgrade,
            "permission denied for schema public: let the user of the store's URL make and use",
        ),
        ({"query": {"sslmode": "require"}}, Store.ping, "rejected SSL upgrade"),
    ],
)
async def test_what_the_server_refuses_is_said_with_what_to_do(
    postgres_url: str,
    change: dict[str, str],
    work: Callable[[Store], Awaitable[None]],
    words: str,
) -> None:
    url = make_url(postgres_url).set(**change)  # type: ignore[arg-type]
    async with Store.open(url.render_as_string(hide_password=False)) as store:
        with pytest.raises(StoreUnavailable) as caught:
            await work(store)

    _is_one_line(caught.value, words)


@pytest.mark.usefixtures("guests")
async def test_the_right_password_opens(postgres_url: str) -> None:
    url = make_url(postgres_url).set(username=LOCKED, password="right")
    async with Store.open(url.render_as_string(hide_password=False)) as store:
        await store.ping()


async def test_a_database_without_tables_says_what_to_run(empty_postgres_url: str) -> None:
    async with Store.open(empty_postgres_url) as store:
        for ask in (store.require_upgraded, lambda: _backlog(store)):
            with pytest.raises(MigrationsPending) as caught:
                await ask()
            _is_one_line(caught.value, "not up to date", "run `tiebeam store upgrade`")


async def test_a_server_that_is_too_old_is_refused(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialects, "OLDEST", 99)
    async with Store.open(postgres_url) as store:
        with pytest.raises(StoreUnavailable) as caught:
            await store.ping()

    _is_one_line(caught.value, "the server is PostgreSQL", "it has to be 99 or newer")


def test_an_option_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError) as caught:
        Store.open("postgresql://tie:secret@host/name?sslmod=require")

    _is_one_line(caught.value, "not sslmod", "sslmode")


async def test_a_reader_cannot_write(postgres_store: Store) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        async with postgres_store.read() as tx:
            await outbox.add(tx, [a_record()])

    _is_one_line(caught.value, "read-only transaction", "store.write()")


# --- several at the same time ----------------------------------------------------------------


async def test_several_may_upgrade_at_the_same_time(empty_postgres_url: str) -> None:
    stores = [Store.open(empty_postgres_url) for _ in range(4)]

    applied = await asyncio.gather(*(store.upgrade() for store in stores))

    assert sorted(map(bool, applied)) == [False, False, False, True]
    for store in stores:
        await store.aclose()


async def test_who_waits_for_the_other_who_waits_for_him_is_told_to_try_again(
    postgres_store: Store,
) -> None:
    async with postgres_store.write() as tx:
        await outbox.add(tx, [a_record("a"), a_record("b")])
    met = asyncio.Barrier(2)

    async def lock(first: str, second: str) -> None:
        async with postgres_store.write() as tx:
            for event_id in (first, second):
                statement = text("SELECT 1 FROM outbox WHERE event_id = :id FOR UPDATE")
                await tx.execute(statement, {"id": event_id})
                if event_id == first:
                    await met.wait()

    async with asyncio.timeout(IN_TIME):
        ends = await asyncio.gather(lock("a", "b"), lock("b", "a"), return_exceptions=True)

    (loser,) = [end for end in ends if end is not None]
    assert isinstance(loser, StoreUnavailable)
    _is_one_line(loser, "deadlock detected", "try again")


async def test_who_waits_too_long_for_a_lock_is_told_to_try_again(postgres_url: str) -> None:
    hold = text("LOCK TABLE outbox IN EXCLUSIVE MODE")
    async with Store.open(postgres_url, busy_timeout=0.05) as store, store.write() as tx:
        await tx.execute(hold)
        async with Store.open(postgres_url, busy_timeout=0.05) as other:
            with pytest.raises(StoreUnavailable) as caught:
                async with other.write() as waiting:
                    await waiting.execute(hold)

    _is_one_line(caught.value, "lock timeout", "try again")


async def test_who_stands_still_within_a_transaction_holds_up_nobody(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialects, "STAND_STILL", 0.1)
    hold = text("LOCK TABLE outbox IN EXCLUSIVE MODE")
    async with asyncio.timeout(IN_TIME), Store.open(postgres_url) as store:
        with pytest.raises(StoreUnavailable) as caught:
            await _hold_until_somebody_else_has_it(store, postgres_url, hold)
        _is_one_line(caught.value, "try again")
        await store.ping()


async def _hold_until_somebody_else_has_it(store: Store, url: str, hold: TextClause) -> None:
    async with store.write() as tx:
        await tx.execute(hold)
        async with Store.open(url) as other, other.write() as waiting:
            await waiting.execute(hold)


# --- connections that are lost ---------------------------------------------------------------


async def test_a_transaction_whose_connection_is_cut_fails_and_the_next_one_works(
    postgres_store: Store,
) -> None:
    for at_commit in (False, True):
        with pytest.raises(StoreUnavailable) as caught:
            await _write_and_be_cut(postgres_store, at_commit=at_commit)
        _is_one_line(caught.value, "try again")

    async with postgres_store.write() as tx:
        assert await outbox.add(tx, [a_record()]) == 1


async def _write_and_be_cut(store: Store, *, at_commit: bool) -> None:
    async with store.write() as tx:
        await outbox.add(tx, [a_record()])
        await _cut(store, await tx.scalar(text("SELECT pg_backend_pid()")))
        if not at_commit:
            await tx.execute(text("SELECT 1"))


async def _cut(store: Store, process: int) -> None:
    cut = text("SELECT pg_terminate_backend(:process, 5000)")  # and wait until it is gone
    async with store.read() as tx:
        assert await tx.scalar(cut, {"process": process})


@pytest.mark.parametrize("end", [Server.stop, Server.kill])
async def test_a_server_that_comes_back_is_used_again(
    postgres_server: Server, end: Callable[[Server], None]
) -> None:
    async with asyncio.timeout(IN_TIME), Store.open(postgres_server.url()) as store:
        await store.upgrade()
        async with store.write() as tx:
            added = await outbox.add(tx, [a_record(end.__name__)])
        await asyncio.gather(*(store.ping() for _ in range(dialects.READERS)))
        end(postgres_server)
        with pytest.raises(StoreError, match="no connection"):
            await store.ping()
        with pytest.raises(StoreError, match="no connection"):
            await store.upgrade()

        postgres_server.start()
        await store.ping()
        async with store.write() as tx:  # what was committed is there, fsync or not
            assert (added, await outbox.add(tx, [a_record(end.__name__)])) == (1, 0)
