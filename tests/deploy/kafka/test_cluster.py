from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.kafka.errors import NotAllowed
from adapters.kafka.producer import RecordProducer
from adapters.kafka.records import Record
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicSpec, open_topics
from deploy.kafka.cluster import KAFKA_VERSION, Cluster, ClusterError, attach, start
from deploy.kafka.plan import make
from tests.kafka import read_topic
from tests.logins import by_scram

ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "deploy/kafka/cluster.py"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """A cluster's directory; what is left running in it is stopped."""
    folder = tmp_path / "kafka"
    yield folder
    run("stop", "--dir", str(folder))


@pytest.mark.real_kafka
@pytest.mark.slow
async def test_the_command_starts_a_cluster_that_stays_and_keeps_its_data(directory: Path) -> None:
    place = ("--dir", str(directory))
    started = run("start", "--port", "0", *place)
    assert started.returncode == 0, started.stderr
    assert "brokers running: 1 (started in" in started.stdout

    cluster = attach(directory)
    settings = KafkaSettings(cluster.bootstrap_servers)
    async with open_topics(settings) as topics:
        await topics.create_missing([TopicSpec("a", 1, 1)])
    async with RecordProducer(settings) as producer:
        await producer.send_all([Record("a", b"k", b"kept")])

    again = run("start", "--port", "0", *place)
    assert again.returncode == 1
    assert again.stderr.startswith("error: Kafka runs in ")

    stopped = run("stop-broker", "1", *place)
    assert "brokers running: none" in stopped.stdout
    assert "brokers running: 1" in run("start-broker", "1", *place).stdout
    (record,) = await read_topic(cluster.bootstrap_servers, "a")
    assert record.value == b"kept"

    assert run("stop", *place).stdout == "Kafka is stopped\n"
    assert cluster.running() == []
    assert "brokers running: none" in run("status", *place).stdout


@pytest.mark.real_kafka
@pytest.mark.slow
async def test_a_secured_cluster_by_command_lets_in_whom_it_knows_and_was_told_of(
    directory: Path,
) -> None:
    place = ("--dir", str(directory))
    started = run("start", "--secure", "--port", "0", *place)
    assert started.returncode == 0, started.stderr
    assert f"users and certificates: {directory}/security" in started.stdout
    said = run("allow", "tiebeam", "Topic", "a", "Create", "Write", "--prefixed", *place)
    assert said.stdout == "tiebeam may Create, Write: Topic what begins with 'a'\n"

    async with open_topics(by_scram(attach(directory))) as topics:
        assert await topics.create_missing([TopicSpec("ab", 1, 1)]) == ["ab"]
        with pytest.raises(NotAllowed):
            await topics.create_missing([TopicSpec("b", 1, 1)])


def test_grants_need_a_cluster_with_logins(tmp_path: Path) -> None:
    make(tmp_path, 1, 9092, KAFKA_VERSION).save(tmp_path)

    answer = run("allow", "tiebeam", "Group", "a", "Read", "--dir", str(tmp_path))

    assert answer.returncode == 1
    assert "has no logins: start one with --secure" in answer.stderr


@pytest.mark.real_kafka
@pytest.mark.slow
def test_brokers_in_the_foreground_do_not_outlive_a_parent_that_is_killed(directory: Path) -> None:
    command = [*COMMAND, "start", "--foreground", "--port", "0", "--dir", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        line = parent.stdout.readline()
        port = int(line.split(";")[0].rsplit(":", 1)[1])
        assert listens(port)

        parent.send_signal(signal.SIGKILL)

    deadline = time.monotonic() + 10
    while listens(port):
        assert time.monotonic() < deadline, "the broker is still there"
        time.sleep(0.01)


@pytest.mark.real_kafka
def test_a_broker_that_does_not_exist_is_refused(kafka_cluster: Cluster) -> None:
    with pytest.raises(ClusterError, match="there is no broker 2: they are 1 to 1"):
        kafka_cluster.stop_broker(2)


def test_without_java_the_error_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ClusterError, match="Java is missing: Kafka needs Java 17 or newer"):
        start()


@pytest.mark.parametrize("command", ["stop", "status"])
def test_where_nothing_was_ever_started_the_command_says_so(command: str, tmp_path: Path) -> None:
    answer = run(command, "--dir", str(tmp_path))

    assert answer.returncode == 1
    assert answer.stderr == f"error: no Kafka was ever started in {tmp_path}: start one first\n"


def test_a_wrong_option_is_a_usage_error() -> None:
    assert run("start", "--brokers", "2").returncode == 2
