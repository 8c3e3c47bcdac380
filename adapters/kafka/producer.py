"""Sends records to Kafka: each acknowledged or not, in order per key, through outages."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Final, Self

from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from adapters.kafka.diagnosis import FORBIDDEN, forbidden, reason
from adapters.kafka.errors import KafkaRefused, KafkaUnavailable, NotLetIn
from adapters.kafka.records import Delivery, Record, SendResult
from adapters.kafka.session import IdempotenceRefused, Verdict, abandon, open_producer, verdict
from adapters.kafka.settings import KafkaSettings

log = logging.getLogger(__name__)

RETRY_PAUSE: Final = 0.1  # seconds between two attempts while Kafka is away; doubled each time
LONGEST_PAUSE: Final = 1.0  # seconds
TOPIC_GRACE: Final = 2.0  # seconds that a topic just created may take to be known everywhere

Lane = tuple[str, int]  # topic and partition


class RecordProducer:
    """A producer that outlives its brokers.

    Records travel in batches, one batch per partition at a time. Kafka takes or refuses a batch
    as a whole, and the next one of a partition leaves only when the one before is acknowledged:
    so a record can never overtake an earlier one of its key, whatever fails in between.

    At least once: where an answer is lost for good, a record may arrive twice.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        *,
        client_id: str = "tiebeam",
        request_timeout: float = 10.0,
        give_up_after: float = 60.0,
        max_batch_bytes: int = 256 * 1024,
        max_record_bytes: int = 1024 * 1024,
    ) -> None:
        """Make a producer; it connects in start() or with the first record.

        Args:
            settings: where the cluster is.
            client_id: how the brokers know us in their logs and quotas.
            request_timeout: seconds until a request without an answer counts as lost. A batch
                without acknowledgement for twice as long makes us connect anew.
            give_up_after: seconds that start() and send_all() keep trying while Kafka is away.
            max_batch_bytes: of one batch; a larger record travels alone.
            max_record_bytes: larger records are refused here. Kafka's own default limit.
        """
        self._settings = settings
        self._client_id = client_id
        self._request_timeout = request_timeout
        self._patience = 2 * request_timeout
        self._give_up_after = give_up_after
        self._max_batch_bytes = max_batch_bytes
        self._max_record_bytes = max_record_bytes
        self._partitioner: Any = DefaultPartitioner()
        self._lock = asyncio.Lock()
        self._producer: Any = None
        self._spoiled = False  # the producer may hold or have lost records: never use it again
        self._stopping = False
        self._refuses_idempotence = False  # for good; else it is asked anew with each producer
        self._idempotent = True

    @property
    def idempotent(self) -> bool:
        """Whether the brokers drop a batch that they get again; false once they have refused."""
        return self._idempotent

    async def start(self) -> None:
        """Connect, waiting for a broker that is away.

        Raises:
            KafkaUnavailable: none answered within `give_up_after`.
            NotLetIn: TLS or the login failed; at once.
        """
        async with self._lock:
            self._stopping = False
            await self._persist(self._connected)

    async def stop(self) -> None:
        """Disconnect; a send_all() under way gives up after its present attempt.

        What is sent after it is KafkaUnavailable at once, until start() is called again.
        """
        self._stopping = True
        async with self._lock:
            await self._disconnect()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def send_all(self, records: Sequence[Record]) -> list[SendResult]:
        """Send these records and return what became of each, in their order.

        Records of one topic and key keep the order in which they are given; one that fails holds
        back those behind it. Several calls at a time wait for one another. While Kafka is away
        the call keeps trying for `give_up_after` seconds; then what is not acknowledged has the
        error KafkaUnavailable, and may or may not have arrived. Nothing is sent any more after
        the call has returned or was cancelled, but for what is on the wire at that moment.
        """
        async with self._lock:
            delivery = Delivery(records, self._max_record_bytes)
            try:
                while delivery.waiting():
                    await self._persist(lambda: self._attempt(delivery))
            except KafkaUnavailable as error:
                delivery.give_up(error)
            return delivery.results()

    async def _persist(self, attempt: Callable[[], Awaitable[object]]) -> None:
        """Repeat an attempt until Kafka is there for it, or the time is up."""
        deadline = time.monotonic() + self._give_up_after
        pause = RETRY_PAUSE
        while True:
            if self._stopping:
                raise KafkaUnavailable("the Kafka producer is stopped")
            try:
                await attempt()
            except NotLetIn:
                raise  # to knock on and on would have a user locked out, and helps nobody
            except KafkaUnavailable as error:
                if time.monotonic() > deadline:
                    raise
                if pause == RETRY_PAUSE:
                    log.warning("%s; trying for %.0f s more", error, deadline - time.monotonic())
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                return

    async def _attempt(self, delivery: Delivery) -> None:
        """Try everything that waits, each partition on its own, with one producer."""
        try:
            producer = await self._connected()
            lanes = await self._lanes(producer, delivery)
            failures = await asyncio.gather(
                *(self._send_lane(producer, lane, queue, delivery) for lane, queue in lanes.items())
            )
        except BaseException:
            self._spoiled = True
            raise
        for failure in failures:
            if failure is not None:
                raise failure

    async def _lanes(self, producer: Any, delivery: Delivery) -> dict[Lane, deque[int]]:
        """Sort what waits by partition; refuse what has no topic."""
        by_topic: dict[str, list[int]] = defaultdict(list)
        for index in delivery.waiting():
            by_topic[delivery.records[index].topic].append(index)
        lanes: dict[Lane, deque[int]] = defaultdict(deque)
        for topic, indices in by_topic.items():
            partitions = await self._partitions(producer, topic)
            if not partitions:
                delivery.refuse(indices, self._absent(topic))
                # once we may write to it, we may be idempotent too
                self._spoiled |= not self._idempotent and not self._refuses_idempotence
                continue
            keyless = self._partitioner(None, partitions, partitions)
            for index in indices:
                key = delivery.records[index].key
                partition = keyless if key is None else self._partitioner(key, partitions, [])
                lanes[topic, partition].append(index)
        return lanes

    async def _partitions(self, producer: Any, topic: str) -> list[int]:
        """Return the partitions of a topic, in order; none when it does not exist."""
        known = producer.client.cluster.partitions_for_topic(topic)
        deadline = time.monotonic() + TOPIC_GRACE
        try:
            async with asyncio.timeout(self._patience):
                while not known:
                    # aiokafka itself would ask by name, ten times a second for the whole request
                    # timeout; and there are brokers that create what is asked for by name.
                    cluster = await producer.client.fetch_all_metadata()
                    if cluster.partitions_for_topic(topic):
                        known = await producer.partitions_for(topic)
                    elif time.monotonic() > deadline:
                        return []
                    else:
                        await asyncio.sleep(RETRY_PAUSE)
        except (KafkaError, TimeoutError) as error:
            raise self._unavailable(error) from error
        return sorted(known)

    async def _send_lane(
        self, producer: Any, lane: Lane, queue: deque[int], delivery: Delivery
    ) -> KafkaUnavailable | None:
        """Send one partition's records, batch after acknowledged batch, until one fails."""
        topic, partition = lane
        while queue:
            builder, batch = self._next_batch(producer, queue, delivery)
            try:
                async with asyncio.timeout(self._patience):
                    sent = await producer.send_batch(builder, topic, partition=partition)
                    metadata = await sent
            except (KafkaError, TimeoutError) as error:
                # Whatever it was, this producer's sequence numbers do not match the broker's any
                # more, or soon will not: the rest waits for a new one.
                self._spoiled = True
                return self._judge(error, topic, batch, queue, delivery)
            delivery.acknowledge(batch, partition, metadata.offset)
        return None

    def _next_batch(
        self, producer: Any, queue: deque[int], delivery: Delivery
    ) -> tuple[Any, list[int]]:
        """Take as many records from the queue as one batch holds, at least one."""
        builder = producer.create_batch()
        batch: list[int] = []
        while queue:
            index = queue[0]
            if batch and (index in delivery.alone or batch[-1] in delivery.alone):
                break
            record = delivery.records[index]
            added = builder.append(
                timestamp=None, key=record.key, value=record.value, headers=list(record.headers)
            )
            if added is None:  # full; the first record always fits
                break
            batch.append(queue.popleft())
        builder.close()
        return builder, batch

    def _judge(
        self,
        error: BaseException,
        topic: str,
        batch: list[int],
        queue: deque[int],
        delivery: Delivery,
    ) -> KafkaUnavailable | None:
        """Note what a failed batch means for its records and those behind it."""
        match verdict(error):
            case Verdict.AGAIN:
                return self._unavailable(error)
            case Verdict.TOPIC:
                delivery.refuse([*batch, *queue], self._refused(topic, error))
            case Verdict.RECORDS if len(batch) > 1:
                delivery.alone.update(batch)
            case Verdict.RECORDS:
                refused = KafkaRefused(f"Kafka refused a record for {topic}: {reason(error)}")
                delivery.refuse(batch, refused)
        return None

    async def _connected(self) -> Any:
        """Return a producer that can be used: the present one, or a new one."""
        if self._spoiled:
            await self._disconnect()
        if self._producer is None:
            self._idempotent = not self._refuses_idempotence
            try:
                self._producer = await self._open(idempotent=self._idempotent)
            except IdempotenceRefused as error:
                self._idempotent = False
                self._refuses_idempotence = not error.for_now
                log.warning("%s; going on without: a lost answer may double a record", error)
                self._producer = await self._open(idempotent=False)
        return self._producer

    async def _open(self, *, idempotent: bool) -> Any:
        return await open_producer(
            self._settings,
            client_id=self._client_id,
            request_timeout=self._request_timeout,
            max_batch_bytes=self._max_batch_bytes,
            idempotent=idempotent,
        )

    async def _disconnect(self) -> None:
        producer, self._producer, self._spoiled = self._producer, None, False
        if producer is not None:
            await abandon(producer)

    def _absent(self, topic: str) -> KafkaRefused:
        hidden = " (or may not be seen: then grant the permission)"
        return KafkaRefused(
            f"topic {topic} does not exist: create it{hidden if self._settings.secured else ''}"
        )

    def _refused(self, topic: str, error: BaseException) -> KafkaRefused:
        if type(error) in FORBIDDEN:
            return forbidden(self._settings, type(error)(f"{topic} (Write)"))
        return KafkaRefused(f"Kafka takes nothing for {topic}: {reason(error)}")

    def _unavailable(self, error: BaseException) -> KafkaUnavailable:
        servers = self._settings.bootstrap_servers
        return KafkaUnavailable(f"Kafka at {servers} did not acknowledge: {reason(error)}")
