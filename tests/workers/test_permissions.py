"""Permissions: the table in the document is the one that is looked for, and it is enough."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from adapters.kafka import groups
from adapters.kafka.errors import NotAllowed
from adapters.kafka.permissions import Need, in_words
from adapters.kafka.producer import RecordProducer
from adapters.kafka.reader import open_reader
from adapters.kafka.records import Record
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import open_topics
from deploy.kafka.acls import Grant
from deploy.kafka.cluster import Cluster
from events import catalogue
from tests.logins import by_scram, grant
from tests.workers.cli.conftest import CONFIGURATION
from workers import permissions, settings, topics
from workers.permissions import EVENTS, TABLE, Permission
from workers.rebuild.answers import EFFECT_TOPICS
from workers.wiring import assemble

DOCUMENT = Path(__file__).resolve().parents[2] / "deploy" / "KAFKA.md"
PREFIXES = ("plentific.", "essensys.", "facilitee.", "planiso.", "tiebeam.")
EVENT = "plentific.invoices"


def rows() -> list[Permission]:
    """The table of the document."""
    text = DOCUMENT.read_text().split("| who | resource | name | operations |")[1]
    lines = text.split("\n\n")[0].splitlines()[2:]
    found = []
    for line in lines:
        who, resource, name, operations = (
            re.sub("`", "", cell).strip() for cell in line.strip("|").split("|")
        )
        assert resource in ("Topic", "Group")
        kind: Any = resource
        found.append(Permission(who, kind, name, tuple(operations.split(", "))))
    return found


def test_the_document_has_the_table_that_is_checked() -> None:
    assert rows() == list(TABLE)


def test_every_topic_of_ours_begins_as_the_document_says() -> None:
    assert {f"{name.partition('.')[0]}." for name in catalogue.all_topics()} == set(PREFIXES)
    text = DOCUMENT.read_text()
    assert all(f"`{prefix}`" in text for prefix in PREFIXES)


def test_many_names_are_counted_and_the_line_says_who_lacks_what() -> None:
    kafka = KafkaSettings("kafka:9092")
    lacked = [Need("Group", "g", "Read"), *(Need("Topic", name, "Write") for name in "abcde")]

    assert in_words(kafka, lacked) == (
        "Kafka at kafka:9092: nobody in particular has no permission to Read on the group g; "
        "Write on the topics a, b, c and 2 more: grant it"
    )
    assert in_words(kafka, []) is None


# --- against a real broker ----------------------------------------------------------------------


@dataclass
class Place:
    """A secured cluster with our topics, below a prefix of the test's own."""

    cluster: Cluster
    prefix: str
    config: Path

    def login(self, user: str) -> KafkaSettings:
        return by_scram(self.cluster, user, topic_prefix=self.prefix, partitions=1)

    async def let(self, who: str, user: str, **names: str) -> None:
        """Grant a user what the document says that it needs."""
        grants = [
            one
            for row in rows()
            if row.who == who
            for operation in row.operations
            for one in self._grants(user, row, operation, names)
        ]
        await grant(self.cluster, self.login(user), grants)

    def _grants(
        self, user: str, row: Permission, operation: str, names: dict[str, str]
    ) -> list[Grant]:
        if row.name == EVENTS:
            return [
                Grant(user, row.resource, f"{self.prefix}{begin}", operation, "prefixed")
                for begin in PREFIXES
            ]
        name = names.get(row.name.replace(" ", "_"), row.name)
        return [Grant(user, row.resource, f"{self.prefix}{name}", operation)]

    async def lacked(self, user: str, role: str) -> str | None:
        """What `check` says of a user in a role."""
        read = settings.load(self.config, {})
        async with assemble(read, self.config) as parts:
            parts = replace(parts, kafka=self.login(user))
            return await permissions.problem(parts, [role])

    async def make_topics(self, user: str) -> list[str]:
        """What `topics apply` does; returns how the topics differ after that."""
        read = settings.load(self.config, {})
        async with assemble(read, self.config) as parts:
            parts = replace(parts, kafka=self.login(user))
            await topics.apply_topics(parts)
            return await topics.drift(parts)


@pytest.fixture
def place(secured_cluster: Cluster, topic_prefix: str, tmp_path: Path) -> Place:
    config = tmp_path / "tiebeam.toml"
    text = CONFIGURATION.replace("DATABASE", str(tmp_path / "tiebeam.db"))
    given = f'[kafka]\ntopic_prefix = "{topic_prefix}"\npartitions = 1'
    config.write_text(text.replace("[kafka]", given))
    return Place(secured_cluster, topic_prefix, config)


@pytest.mark.kafka
@pytest.mark.real_kafka
async def test_each_role_can_do_its_work_with_its_rows_and_not_without(place: Place) -> None:
    with pytest.raises(NotAllowed):
        await place.make_topics("topics")
    await place.let("topics apply", "topics")
    assert await place.make_topics("topics") == []

    await _relay_publishes(place)
    await _the_intake_may(place)
    await _a_subscriber_reads(place)
    await _a_replay_reads(place)


async def _relay_publishes(place: Place) -> None:
    record = Record(f"{place.prefix}{EVENT}", b"k", b"v")
    lacked = await place.lacked("relay", "relay")
    assert lacked is not None
    assert "relay by SCRAM-SHA-512 has no permission to " in lacked
    assert f"Describe on the topic {place.prefix}{catalogue.DEAD_LETTERS}" in lacked
    assert f"Write on the topics {place.prefix}essensys.accounts, " in lacked

    async with RecordProducer(place.login("relay")) as producer:
        (sent,) = await producer.send_all([record])
        assert not sent.acknowledged
        assert not producer.idempotent

        await place.let("run relay", "relay")

        assert await place.lacked("relay", "relay") is None
        (sent,) = await producer.send_all([record])
        assert sent.acknowledged
        assert producer.idempotent, "what was refused for now is asked for anew"


async def _the_intake_may(place: Place) -> None:
    group = f"{place.prefix}{permissions.GROUP}"
    lacked = await place.lacked("react", "react")
    assert lacked is not None
    assert f"Read on the group {group}" in lacked

    await place.let("run react", "react")

    assert await place.lacked("react", "react") is None
    letter = Record(f"{place.prefix}{catalogue.DEAD_LETTERS}", b"k", b"v")
    async with RecordProducer(place.login("react")) as producer:
        (sent,) = await producer.send_all([letter])
    assert sent.acknowledged
    with pytest.raises(NotAllowed):
        await groups.state(place.login("replay"), group)
    await place.let("KEDA", "replay")
    assert await groups.state(place.login("replay"), group) == "Dead"  # nobody has read yet


async def _a_subscriber_reads(place: Place) -> None:
    with pytest.raises(Exception, match="AuthorizationFailed"):
        await _read_one(place)
    await place.let("a subscriber", "subscriber", what_it_reads=EVENT, its_own="group")
    assert await _read_one(place) == b"v"


async def _a_replay_reads(place: Place) -> None:
    name = f"{place.prefix}{EVENT}"
    await place.let("replay, store rebuild", "replay")
    async with open_reader(place.login("replay"), [name]) as reader:
        assert [one.value async for batch in reader.batches() for one in batch] == [b"v"]


async def _read_one(place: Place) -> bytes:
    consumer: Any = AIOKafkaConsumer(
        f"{place.prefix}{EVENT}",
        group_id=f"{place.prefix}group",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        **place.login("subscriber").client_options(),
    )
    try:
        async with asyncio.timeout(20):
            await consumer.start()
            return bytes((await consumer.getone()).value)
    finally:
        await consumer.stop()


@pytest.mark.kafka
@pytest.mark.real_kafka
async def test_topics_are_kept_as_configured_and_what_differs_is_told(place: Place) -> None:
    admin = "admin"
    assert await place.make_topics(admin) == []
    text = place.config.read_text()
    place.config.write_text(text.replace("[kafka]", '[kafka]\nretention = "2d"'))

    differences = await place.make_topics(admin)

    name = f"{place.prefix}{EVENT}"
    assert f"topic {name} has retention.ms=604800000, wanted 172800000" in differences
    assert len(differences) == len(set(catalogue.all_topics()) - EFFECT_TOPICS)
    async with open_topics(place.login(admin)) as there:
        assert f"{place.prefix}{catalogue.DEAD_LETTERS}" in await there.names()
