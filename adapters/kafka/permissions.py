"""Asks the cluster what we may do, without doing it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

from aiokafka.client import AIOKafkaClient, CoordinationType
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Bytes, Int16, Int32, Schema, String

from adapters.kafka.diagnosis import told
from adapters.kafka.settings import KafkaSettings

OPERATIONS: Final = {"Read": 3, "Write": 4, "Create": 5, "Describe": 8, "DescribeConfigs": 10}
NOT_TOLD: Final = -(2**31)  # what stands for the operations where the broker does not know them
POLL: Final = 0.1  # seconds between two looks for who keeps a group
SHOWN: Final = 3  # names in a line; the others are counted


@dataclass(frozen=True, order=True)
class Need:
    """One thing that we must be allowed to do."""

    resource: Literal["Group", "Topic"]
    name: str
    operation: str


async def missing(
    settings: KafkaSettings, needs: Iterable[Need], timeout: float = 10.0
) -> list[Need]:
    """Return which of these we are not allowed, in order.

    A topic that does not exist is passed over: nobody can tell. So is all at a cluster without
    logins.

    Args:
        settings: where the cluster is.
        needs: what we must be allowed.
        timeout: seconds for all questions together.

    Raises:
        KafkaUnavailable: no broker answers.
        NotLetIn: TLS or the login failed.
    """
    wanted = sorted(set(needs))
    if not settings.secured or not wanted:
        return []
    async with told(settings), asyncio.timeout(timeout), _client(settings) as client:
        lacked = await _missing_topics(client, [one for one in wanted if one.resource == "Topic"])
        for need in (one for one in wanted if one.resource == "Group"):
            if not _holds(await _group_operations(client, need.name), need):
                lacked.append(need)
    return lacked


def in_words(settings: KafkaSettings, lacked: Sequence[Need]) -> str | None:
    """Say in one line who lacks what; None where nothing is lacked."""
    if not lacked:
        return None
    by_kind: dict[tuple[str, str], list[str]] = defaultdict(list)
    for need in lacked:
        by_kind[need.operation, need.resource.lower()].append(need.name)
    parts = (
        f"{operation} on {_listed(kind, names)}" for (operation, kind), names in by_kind.items()
    )
    return (
        f"Kafka at {settings.bootstrap_servers}: {settings.login} has no permission to "
        f"{'; '.join(parts)}: grant it"
    )


def _listed(kind: str, names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    listed = f"{', '.join(names[:SHOWN])}{f' and {more} more' if more > 0 else ''}"
    return f"the {kind}{'s' if len(names) > 1 else ''} {listed}"


@asynccontextmanager
async def _client(settings: KafkaSettings) -> AsyncIterator[Any]:
    client: Any = AIOKafkaClient(**settings.client_options(), client_id="tiebeam-permissions")
    try:
        await client.bootstrap()
        yield client
    finally:
        await client.close()


async def _missing_topics(client: Any, needs: Sequence[Need]) -> list[Need]:
    if not needs:
        return []
    names = sorted({need.name for need in needs})
    answer = await client.send(client.get_random_node(), _TopicsRequest(names))
    allowed = {row[1]: _topic_operations(row) for row in answer.topics}
    return [need for need in needs if not _holds(allowed[need.name], need)]


def _topic_operations(row: Sequence[Any]) -> int:
    if row[0] == TopicAuthorizationFailedError.errno:
        return 0
    return NOT_TOLD if row[0] == UnknownTopicOrPartitionError.errno else int(row[4])


async def _group_operations(client: Any, group: str) -> int:
    try:
        node = await _coordinator(client, group)
    except GroupAuthorizationFailedError:
        return 0
    answer = await client.send(node, _GroupsRequest([group]))
    ((code, *_, operations),) = answer.groups
    return 0 if code == GroupAuthorizationFailedError.errno else int(operations)


async def _coordinator(client: Any, group: str) -> Any:
    while True:
        try:
            node = await client.coordinator_lookup(CoordinationType.GROUP, group)
            if await client.ready(node):
                return node
        except KafkaError as error:  # the first question of all makes the topic of the groups
            if not error.retriable:
                raise
        await asyncio.sleep(POLL)


def _holds(operations: int, need: Need) -> bool:
    return operations == NOT_TOLD or bool(operations >> OPERATIONS[need.operation] & 1)


# aiokafka asks for topics in a version without permissions, and misreads those of groups.


class _TopicsAnswer(Response):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            Array(
                ("node_id", Int32),
                ("host", String("utf-8")),
                ("port", Int32),
                ("rack", String("utf-8")),
            ),
        ),
        ("cluster_id", String("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("topic", String("utf-8")),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", Array(Int32)),
                        ("isr", Array(Int32)),
                        ("offline_replicas", Array(Int32)),
                    ),
                ),
                ("operations", Int32),
            ),
        ),
        ("cluster_operations", Int32),
    )


class _TopicsStruct(RequestStruct):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = _TopicsAnswer
    SCHEMA = Schema(
        ("topics", Array(String("utf-8"))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_operations", Boolean),
        ("include_topic_operations", Boolean),
    )


class _TopicsRequest(Request[_TopicsStruct]):  # type: ignore[misc]
    API_KEY = 3

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def build(self, struct: type[_TopicsStruct]) -> _TopicsStruct:
        return struct(self._names, False, False, True)


class _GroupsAnswer(Response):  # type: ignore[misc]
    API_KEY = 15
    API_VERSION = 3
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "groups",
            Array(
                ("error_code", Int16),
                ("group", String("utf-8")),
                ("state", String("utf-8")),
                ("protocol_type", String("utf-8")),
                ("protocol", String("utf-8")),
                (
                    "members",
                    Array(
                        ("member_id", String("utf-8")),
                        ("client_id", String("utf-8")),
                        ("client_host", String("utf-8")),
                        ("member_metadata", Bytes),
                        ("member_assignment", Bytes),
                    ),
                ),
                ("operations", Int32),
            ),
        ),
    )


class _GroupsStruct(RequestStruct):  # type: ignore[misc]
    API_KEY = 15
    API_VERSION = 3
    RESPONSE_TYPE = _GroupsAnswer
    SCHEMA = Schema(("groups", Array(String("utf-8"))), ("include_operations", Boolean))


class _GroupsRequest(Request[_GroupsStruct]):  # type: ignore[misc]
    API_KEY = 15

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def build(self, struct: type[_GroupsStruct]) -> _GroupsStruct:
        return struct(self._names, True)
