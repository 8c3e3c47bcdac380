"""Consumer groups, as the cluster sees them."""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError

from adapters.kafka.diagnosis import told
from adapters.kafka.settings import KafkaSettings

POLL = 0.1  # seconds between two looks for who keeps a group
STABLE = "Stable"
"""The state of a group whose members have their partitions and read."""


async def state(settings: KafkaSettings, group: str, timeout: float = 10.0) -> str:
    """Return the group's state in Kafka's words, such as `Stable` or `Empty`.

    Args:
        settings: where the cluster is.
        group: the group's id.
        timeout: seconds for the whole question.

    Raises:
        KafkaUnavailable: no broker answers.
        NotLetIn: TLS or the login failed.
        NotAllowed: we may not look at the group.
    """
    client: Any = AIOKafkaAdminClient(**settings.client_options(), client_id="tiebeam-groups")
    try:
        async with told(settings), asyncio.timeout(timeout):
            await client.start()
            return await _described(client, group)
    finally:
        await client.close()


async def _described(client: Any, group: str) -> str:
    while True:
        try:
            (answer,) = await client.describe_consumer_groups([group])
        except GroupAuthorizationFailedError:  # aiokafka's own says more than which group
            raise GroupAuthorizationFailedError(group) from None
        except KafkaError as error:  # the first question of all makes the topic of the groups
            if not error.retriable:
                raise
            await asyncio.sleep(POLL)
        else:
            return str(answer.groups[0][2])
