"""Consumer groups, as the cluster sees them."""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from adapters.kafka.errors import KafkaUnavailable
from adapters.kafka.settings import KafkaSettings

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
    """
    client: Any = AIOKafkaAdminClient(**settings.client_options(), client_id="tiebeam-groups")
    try:
        async with asyncio.timeout(timeout):
            await client.start()
            (answer,) = await client.describe_consumer_groups([group])
    except (KafkaError, TimeoutError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise KafkaUnavailable(
            f"Kafka at {settings.bootstrap_servers} does not answer: {reason}"
        ) from error
    finally:
        await client.close()
    return str(answer.groups[0][2])
