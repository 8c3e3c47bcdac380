"""Readiness at a Kafka with logins: a process whose permission is missing is not ready."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicSpec, open_topics
from deploy.kafka.acls import Grant
from deploy.kafka.cluster import Cluster
from events import catalogue
from tests.logins import FORGIVING, by_scram, grant, late_connections
from tests.workers.cli.conftest import CONFIGURATION
from workers import ops, settings
from workers.permissions import GROUP
from workers.wiring import assemble

pytestmark = [pytest.mark.kafka, pytest.mark.real_kafka, FORGIVING]


@pytest.fixture(autouse=True)
def _late_connections() -> Iterator[None]:
    with late_connections():
        yield


async def kafka_is(config: Path, kafka: KafkaSettings, *roles: str) -> str:
    """What `/health/ready` says of Kafka in a process of these roles."""
    async with assemble(settings.load(config, {}), config) as parts:
        app = ops.app(replace(parts, kafka=kafka), roles)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://ops") as http:
            answer: dict[str, Any] = (await http.get("/health/ready")).json()
    return str(answer["kafka"])


async def test_a_consumer_without_its_group_is_not_ready_and_the_line_says_why(
    secured_cluster: Cluster, topic_prefix: str, tmp_path: Path
) -> None:
    config = tmp_path / "tiebeam.toml"
    text = CONFIGURATION.replace("DATABASE", str(tmp_path / "tiebeam.db"))
    config.write_text(text.replace("[kafka]", f'[kafka]\ntopic_prefix = "{topic_prefix}"'))
    admin = by_scram(secured_cluster, "admin", topic_prefix=topic_prefix)
    kafka = by_scram(secured_cluster, "react", topic_prefix=topic_prefix)
    async with open_topics(admin) as topics:
        names = [*catalogue.all_topics(topic_prefix), f"{topic_prefix}{catalogue.DEAD_LETTERS}"]
        await topics.create_missing([TopicSpec(name, 1, 1) for name in names])
    await grant(secured_cluster, kafka, [Grant("react", "Topic", topic_prefix, "All", "prefixed")])

    lacking = await kafka_is(config, kafka, "react")
    assert (
        f"react by SCRAM-SHA-512 has no permission to Read on the group {topic_prefix}{GROUP}"
        in (lacking)
    )
    assert await kafka_is(config, kafka, "relay") == "ok"

    await grant(secured_cluster, kafka, [Grant("react", "Group", f"{topic_prefix}{GROUP}", "Read")])
    assert await kafka_is(config, kafka, "react", "relay") == "ok"
    wrong = replace(kafka, sasl_password="not-the-password")
    assert "refuses the login react by SCRAM-SHA-512" in await kafka_is(config, wrong, "react")
