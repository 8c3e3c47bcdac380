"""Opens one aiokafka producer, ends it for good, and says what its errors mean."""

from __future__ import annotations

import asyncio
import contextlib
import enum
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    BrokerResponseError,
    ClusterAuthorizationFailedError,
    IncompatibleBrokerVersion,
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    InvalidTopicError,
    KafkaError,
    OutOfOrderSequenceNumber,
    SecurityDisabled,
    TopicAuthorizationFailedError,
    UnknownProducerId,
)

from adapters.kafka.diagnosis import FAILURES, problem
from adapters.kafka.errors import KafkaRefused
from adapters.kafka.settings import KafkaSettings

ABANDON_TIMEOUT: Final = 2.0  # seconds for each step of ending a producer that may hang
ABANDON_ROUNDS: Final = 5

# The producer has lost its place with the broker; a new one starts afresh.
LOST_SESSION: Final = (
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    OutOfOrderSequenceNumber,
    UnknownProducerId,
)
# It is about the topic: each record alone would fare no better.
REFUSED_TOPIC: Final = (
    ClusterAuthorizationFailedError,
    InvalidTopicError,
    SecurityDisabled,
    TopicAuthorizationFailedError,
)


class Verdict(enum.Enum):
    """What a failed batch asks for."""

    AGAIN = "again"  # nobody's fault: the same once more, with a new producer
    TOPIC = "topic"  # nothing for this topic will pass
    RECORDS = "records"  # one of the records is not acceptable


def verdict(error: BaseException) -> Verdict:
    """Say what an error of aiokafka means for the batch that it hit."""
    if isinstance(error, REFUSED_TOPIC):
        return Verdict.TOPIC
    if isinstance(error, BrokerResponseError) and not isinstance(error, LOST_SESSION):
        return Verdict.AGAIN if error.retriable else Verdict.RECORDS
    return Verdict.AGAIN


class IdempotenceRefused(KafkaRefused):
    """The broker gives out no producer ids; `for_now`: until we are granted to write to a topic."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(f"no idempotent producers: {error}")
        self.for_now = isinstance(error, ClusterAuthorizationFailedError)


async def open_producer(
    settings: KafkaSettings,
    *,
    client_id: str,
    request_timeout: float,
    max_batch_bytes: int,
    idempotent: bool,
) -> Any:
    """Return a connected producer that counts a record as sent when all replicas have it.

    Raises:
        IdempotenceRefused: only with `idempotent`.
        KafkaUnavailable: no broker answered within `request_timeout` seconds.
        NotLetIn: TLS or the login failed.
    """
    producer: Any = AIOKafkaProducer(
        **settings.client_options(),
        client_id=client_id,
        acks="all",
        enable_idempotence=idempotent,
        request_timeout_ms=round(request_timeout * 1000),
        max_batch_size=max_batch_bytes,
    )
    try:
        async with asyncio.timeout(request_timeout):
            await producer.start()
    except BaseException as error:
        await abandon(producer)
        if idempotent and _no_producer_id(error):
            raise IdempotenceRefused(error) from error
        if isinstance(error, FAILURES):
            raise await problem(settings, error) from error
        raise
    return producer


async def abandon(producer: Any) -> None:
    """End a producer now, without delivering what it still holds.

    Its own stop() delivers first: an idempotent one would wait for a dead broker for ever, and
    then send what the caller was told is not sent. So its sender and its client are ended one by
    one, which needs attributes of aiokafka that are not public.
    """
    sender = producer._sender.sender_task
    await _cancelled(sender)  # waits for the requests that are out
    with contextlib.suppress(KafkaError, OSError, TimeoutError):
        async with asyncio.timeout(ABANDON_TIMEOUT):
            await producer.client.close()
    for _ in range(ABANDON_ROUNDS):  # no connection, no answer: each round ends one such request
        await _cancelled(sender)
    producer._closed = True  # all that its stop() would have done


async def _cancelled(task: asyncio.Task[None] | None) -> None:
    if task is not None and not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=ABANDON_TIMEOUT)


def _no_producer_id(error: BaseException) -> bool:
    if isinstance(error, IncompatibleBrokerVersion):
        return True
    return isinstance(error, BrokerResponseError) and not error.retriable
