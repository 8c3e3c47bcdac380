"""Creates, lists and describes topics; never deletes one and never changes one."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    KafkaConnectionError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    for_code,
)

from adapters.kafka.diagnosis import FAILURES, forbidden, problem, told
from adapters.kafka.errors import KafkaRefused, KafkaUnavailable, TopicMismatch
from adapters.kafka.settings import KafkaSettings

log = logging.getLogger(__name__)

POLL: Final = 0.05  # seconds between two looks at whether new topics can be used


@dataclass(frozen=True)
class TopicSpec:
    """A topic as it is wanted; `configs` as in Kafka's topic configuration, values as text."""

    name: str
    partitions: int
    replication_factor: int
    configs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TopicDescription:
    """A topic as it is. `usable`: every partition has a leader."""

    name: str
    partitions: int
    replication_factor: int
    usable: bool


@asynccontextmanager
async def open_topics(settings: KafkaSettings, timeout: float = 10.0) -> AsyncIterator[Topics]:
    """Connect to the cluster's topics.

    Args:
        settings: where the cluster is.
        timeout: seconds for one request.

    Raises:
        KafkaUnavailable: no broker answers.
        NotLetIn: TLS or the login failed.
    """
    client: Any = AIOKafkaAdminClient(
        **settings.client_options(),
        client_id="tiebeam-topics",
        request_timeout_ms=round(timeout * 1000),
    )
    try:
        async with told(settings), asyncio.timeout(timeout):
            await client.start()
        yield Topics(client, settings, timeout)
    finally:
        await client.close()


class Topics:
    """The topics of one cluster, from open_topics(); every call may raise KafkaUnavailable."""

    def __init__(self, client: Any, settings: KafkaSettings, timeout: float) -> None:
        self._client = client
        self._settings = settings
        self._timeout = timeout

    async def brokers(self) -> int:
        """Return how many brokers answer clients."""
        async with told(self._settings), asyncio.timeout(self._timeout):
            cluster = await self._client.describe_cluster()
        return len(cluster["brokers"])

    async def names(self) -> list[str]:
        """Return the names of all topics that are not Kafka's own, in order."""
        return sorted(await self._described())

    async def describe(self, names: Iterable[str] | None = None) -> list[TopicDescription]:
        """Describe these topics, or all; a topic that does not exist is left out."""
        found = await self._described()
        wanted = sorted(found) if names is None else names
        return [found[name] for name in wanted if name in found]

    async def differences(self, specs: Sequence[TopicSpec]) -> list[str]:
        """Say in one line each where an existing topic is not as wanted; missing ones are not."""
        found = await self._described()
        existing = [spec for spec in specs if spec.name in found]
        return _all_differences(specs, found) + await self._config_differences(existing)

    async def create_missing(self, specs: Sequence[TopicSpec]) -> list[str]:
        """Create the topics that are not there yet; return their names once they can be used.

        How long existing ones keep records and the like is whoever runs Kafka's business: see
        differences().

        Raises:
            TopicMismatch: a topic exists in another shape; nothing was created.
            KafkaRefused: the cluster did not create one; the others may have been.
            NotAllowed: we may not create one; none or some were created.
        """
        found = await self._described()
        differences = _all_differences(specs, found)
        if differences:
            raise TopicMismatch(differences)
        missing = [spec for spec in specs if spec.name not in found]
        created = await self._create(missing) if missing else []
        await self._wait_usable([spec.name for spec in missing])
        # Another process may have been faster than we with one of them, and want it otherwise.
        differences = _all_differences(missing, await self._described())
        if differences:
            raise TopicMismatch(differences)
        return created

    async def _described(self) -> dict[str, TopicDescription]:
        # Always all topics: asking by name makes some brokers (the embedded one) create them.
        async with told(self._settings), asyncio.timeout(self._timeout):
            rows = await self._client.describe_topics()
        return {row["topic"]: _description(row) for row in rows if not row["is_internal"]}

    async def _create(self, specs: Sequence[TopicSpec]) -> list[str]:
        wanted = [
            NewTopic(
                spec.name,
                spec.partitions,
                spec.replication_factor,
                topic_configs=dict(spec.configs),
            )
            for spec in specs
        ]
        async with told(self._settings), asyncio.timeout(self._timeout):
            answer = await self._client.create_topics(wanted)
        refused, created = [], []
        for name, code, message, *_ in answer.topic_errors:
            if code == 0:
                created.append(name)
            elif code == TopicAuthorizationFailedError.errno:
                raise forbidden(self._settings, TopicAuthorizationFailedError(f"{name} (Create)"))
            elif code != TopicAlreadyExistsError.errno:
                refused.append(f"{name}: {message or for_code(code).__name__}")
        if refused:
            raise KafkaRefused(f"Kafka did not create {'; '.join(refused)}")
        return sorted(created)

    async def _wait_usable(self, names: Sequence[str]) -> None:
        deadline = time.monotonic() + self._timeout
        while True:
            described = await self.describe(names)
            if len(described) == len(names) and all(topic.usable for topic in described):
                return
            if time.monotonic() > deadline:
                raise KafkaUnavailable(
                    f"new topics have no leader after {self._timeout:g} s: {', '.join(names)}"
                )
            await asyncio.sleep(POLL)

    async def _config_differences(self, specs: Sequence[TopicSpec]) -> list[str]:
        with_configs = [spec for spec in specs if spec.configs]
        if not with_configs:
            return []
        resources = [
            ConfigResource(ConfigResourceType.TOPIC, spec.name, dict(spec.configs))
            for spec in with_configs
        ]
        try:
            async with asyncio.timeout(self._timeout):
                answers = await self._client.describe_configs(resources)
        except KafkaConnectionError:
            # The embedded broker hangs up at this question. Where the whole broker is gone, the
            # next request says so.
            log.debug("the broker does not describe topic configurations: not compared")
            return []
        except FAILURES as error:
            raise await problem(self._settings, error) from error
        found = {
            (row[3], entry[0]): entry[1]
            for answer in answers
            for row in answer.resources
            for entry in row[4]
        }
        return [
            f"topic {spec.name} has {key}={found[spec.name, key]}, wanted {value}"
            for spec in with_configs
            for key, value in spec.configs.items()
            if found.get((spec.name, key), value) != value
        ]


def _all_differences(
    specs: Sequence[TopicSpec], found: Mapping[str, TopicDescription]
) -> list[str]:
    return [
        line
        for spec in specs
        if spec.name in found
        for line in _differences(spec, found[spec.name])
    ]


def _differences(spec: TopicSpec, found: TopicDescription) -> Iterator[str]:
    if found.partitions != spec.partitions:
        # More partitions would send a key elsewhere than before and break its order.
        yield f"topic {spec.name} has {found.partitions} partitions, wanted {spec.partitions}"
    if found.replication_factor != spec.replication_factor:
        yield (
            f"topic {spec.name} has replication factor {found.replication_factor}, "
            f"wanted {spec.replication_factor}"
        )


def _description(row: Mapping[str, Any]) -> TopicDescription:
    partitions = row["partitions"]
    return TopicDescription(
        name=row["topic"],
        partitions=len(partitions),
        replication_factor=min((len(each["replicas"]) for each in partitions), default=0),
        usable=bool(partitions) and all(each["leader"] >= 0 for each in partitions),
    )
