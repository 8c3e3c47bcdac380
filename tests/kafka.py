"""Kafka for the tests: real Apache Kafka where Java and Maven are, else the embedded broker."""

from __future__ import annotations

import asyncio
import functools
import os
import shutil
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from adapters.kafka.embedded import embedded_broker
from adapters.kafka.errors import EmbeddedBrokerError
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import open_topics
from deploy.kafka.cluster import KAFKA_VERSION, Cluster, ClusterError, fetch, fetched, start
from tests.logins import REAUTHENTICATION, USERS


def in_ci() -> bool:
    """Whether a missing Kafka must fail the tests instead of skipping them."""
    return os.environ.get("CI", "").lower() in ("true", "1")


def missing_tool() -> str | None:
    """Say which program real Kafka lacks on this machine, without trying anything."""
    if shutil.which("java") is None:
        return "Java is missing"
    if not fetched(KAFKA_VERSION) and shutil.which("mvn") is None:
        return "Maven is missing and the jars are not fetched"
    return None


@functools.cache
def _fetch_failure() -> str | None:
    try:
        fetch(KAFKA_VERSION)
    except ClusterError as error:
        return str(error)
    return None


def why_no_real_kafka() -> str | None:
    """Say why real Kafka cannot run here; None when it can. Fetches it where it is not there."""
    return missing_tool() or _fetch_failure()


def pytest_report_header() -> str:
    reason = missing_tool()
    if reason is None:
        where = "" if fetched(KAFKA_VERSION) else ", to be fetched by Maven first"
        return f"kafka: Apache Kafka {KAFKA_VERSION}{where}"
    if in_ci():
        return f"kafka: {reason}; CI is set, so tests that need Kafka FAIL"
    return f"kafka: embedded broker, because {reason}; tests marked real_kafka are skipped"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _fetch_failure.cache_info().currsize and (reason := _fetch_failure()):
        terminalreporter.write_line(f"kafka: not the real one, because {reason}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = missing_tool()
    if reason is None or in_ci():
        return
    for item in items:
        if item.get_closest_marker("real_kafka"):
            item.add_marker(pytest.mark.skip(reason=f"needs real Apache Kafka: {reason}"))


def _insist_on_real_kafka() -> None:
    """Go on only where real Kafka runs: else skip, or fail in CI."""
    reason = why_no_real_kafka()
    if reason is not None:
        end = pytest.fail if in_ci() else pytest.skip
        end(f"needs real Apache Kafka: {reason}")


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """Bootstrap servers of one broker that all tests share; nobody stops it."""
    reason = why_no_real_kafka()
    if reason is None:
        with start() as cluster:
            yield cluster.bootstrap_servers
        return
    if in_ci():
        pytest.fail(f"needs real Apache Kafka: {reason}")
    with asyncio.Runner() as runner:
        broker = embedded_broker()
        try:
            bootstrap_servers = runner.run(broker.__aenter__())
        except EmbeddedBrokerError as error:
            pytest.skip(f"no Kafka at all: {reason}, and {error}")
        yield bootstrap_servers
        runner.run(broker.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def _spare_cluster() -> Iterator[Cluster]:
    _insist_on_real_kafka()
    with start() as cluster:
        yield cluster


@pytest.fixture
def kafka_cluster(_spare_cluster: Cluster) -> Iterator[Cluster]:
    """A real broker of its own for tests that stop, kill or freeze it (broker number 1)."""
    yield _spare_cluster
    _spare_cluster.resume_broker(1)
    _spare_cluster.start_broker(1)


@pytest.fixture(scope="module")
def three_brokers() -> Iterator[Cluster]:
    """Three real brokers, fresh for each test module; a test that stops one starts it again."""
    _insist_on_real_kafka()
    with start(brokers=3) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def secured_cluster() -> Iterator[Cluster]:
    """A real broker with TLS, logins and grants that all tests share; see tests/logins.py."""
    _insist_on_real_kafka()
    users = {name: f"password-of-{name}" for name in USERS}
    with start(secured=True, users=users, reauthentication=REAUTHENTICATION) as cluster:
        yield cluster


@pytest.fixture
def topic_prefix() -> str:
    """A prefix that no other test has, so that tests share a broker and no topic."""
    return f"t{uuid.uuid4().hex[:12]}."


@pytest.fixture
def kafka_settings(kafka: str, topic_prefix: str) -> KafkaSettings:
    """Settings for the shared broker, with this test's own prefix and few partitions."""
    return KafkaSettings(kafka, topic_prefix=topic_prefix, partitions=3)


async def read_topic(bootstrap_servers: str, topic: str) -> list[Any]:
    """Return all records that a topic holds now, in order within each partition."""
    async with open_topics(KafkaSettings(bootstrap_servers)) as topics:
        (described,) = await topics.describe([topic])
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(described.partitions)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[Any] = []
        async with asyncio.timeout(30):
            while any([await consumer.position(each) < ends[each] for each in partitions]):
                for records in (await consumer.getmany(timeout_ms=100)).values():
                    found.extend(records)
        return found
    finally:
        await consumer.stop()
