"""The parts around one reaction: sandbox, client, store, clock; and what they look like after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from aiokafka import ConsumerRecord, TopicPartition

from adapters.essensys.client import EssensysClient, connect
from adapters.http.limits import Limits
from adapters.kafka.records import Record, SendResult
from adapters.store import inbox, ledger, outbox
from adapters.store.engine import Store
from adapters.store.inbox import InboxRow
from adapters.store.outbox import OutboxRow
from deploy.sandbox import Sandbox
from deploy.sandbox.essensys import data
from deploy.sandbox.essensys.records import charge_sheets
from deploy.sandbox.recording import RecordedRequest
from events import catalogue
from events.envelope import Event, to_headers
from tests.workers.fake_clock import START, FakeClock
from tests.workers.react.invoices import ACCOUNT, OTHER_ACCOUNT, settings
from workers.react import attempt
from workers.react.intake import Intake, take
from workers.react.means import Means
from workers.react.reaction import Configured, Effect, Place
from workers.react.reactions import recharge_paid_invoice

__all__ = ["ACCOUNT", "OTHER_ACCOUNT", "World", "connected", "record_of"]

NAME = recharge_paid_invoice.NAME
LONDON = ZoneInfo("Europe/London")
CREATED = "essensys.charge_sheet.created"
SUCCEEDED = "tiebeam.reaction.succeeded"
FAILED = "tiebeam.reaction.failed"
LEASE = timedelta(seconds=60)
SETTLE = timedelta(seconds=30)


class HttpClock:
    """The same time for the HTTP client, whose own waiting takes none."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.waited = 0.0

    def monotonic(self) -> float:
        return (self._clock.now() - START).total_seconds() + self.waited

    def now(self) -> datetime:
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        self.waited += seconds


@asynccontextmanager
async def connected(
    sandbox: Sandbox, clock: FakeClock, **changes: Any
) -> AsyncIterator[EssensysClient]:
    """A client of the sandbox; changes are arguments of `connect`."""
    given: dict[str, Any] = {
        "connection": "operate",
        "base_url": sandbox.essensys_url,
        "client_id": data.CLIENT_ID,
        "client_secret": data.CLIENT_SECRET,
        "username": data.USERNAME,
        "password": data.PASSWORD,
        "time_zone": LONDON,
        "limits": Limits(1_000_000, 50),
        "clock": HttpClock(clock),
    }
    client = connect(**(given | changes))
    try:
        yield client
    finally:
        await client.aclose()


@dataclass
class FakeConsumer:
    """What the intake asks of a consumer, written down in order."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)
    failure: Exception | None = None

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        self.calls.append(("commit", offsets))
        if self.failure is not None:
            raise self.failure

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.calls.append(("seek", partition, offset))
        if self.failure is not None:
            raise self.failure


@dataclass
class FakeProducer:
    """Takes every record, unless told what becomes of the next ones."""

    records: list[Record] = field(default_factory=list)
    results: list[list[SendResult]] = field(default_factory=list)

    async def send_all(self, records: list[Record]) -> list[SendResult]:
        self.records += records
        return self.results.pop(0) if self.results else [SendResult(0, 0) for _ in records]


def record_of(event: Event, offset: int = 0, partition: int = 0) -> ConsumerRecord:
    """The event as the consumer gives it."""
    return raw_record(event.key.encode(), event.data, to_headers(event), offset, partition)


def raw_record(
    key: bytes | None,
    value: bytes | None,
    headers: list[tuple[str, bytes]],
    offset: int = 0,
    partition: int = 0,
) -> ConsumerRecord:
    """A record of the invoices' topic with anything in it."""
    topic = catalogue.topic_of("plentific.invoice.paid")
    return ConsumerRecord(
        topic=topic,
        partition=partition,
        offset=offset,
        timestamp=0,
        timestamp_type=0,
        key=key,
        value=value,
        checksum=None,
        serialized_key_size=len(key or b""),
        serialized_value_size=len(value or b""),
        headers=tuple(headers),
    )


@dataclass
class World:
    """One target system with its parts, and the questions that the tests ask of them."""

    sandbox: Sandbox
    client: EssensysClient
    store: Store
    clock: FakeClock

    def configured(self, client: EssensysClient | None = None, **changes: Any) -> Configured:
        """The reaction as configured; changes are keys of its table."""
        place = Place("operate", client or self.client, "GBP", "Europe/London")
        origin = Place("plentific", None, "GBP", "Europe/London")
        return Configured(recharge_paid_invoice.REACTION, settings(**changes), origin, place)

    def executor(self, *configured: Configured, **changes: Any) -> Means:
        """An executor of these reactions (as configured, if none is given)."""
        reactions = {one.reaction.name: one for one in configured or [self.configured()]}
        given: dict[str, Any] = {
            "store": self.store,
            "clock": self.clock,
            "reactions": reactions,
            "slots": {"operate": 8},
            "lease": LEASE,
            "settle": SETTLE,
            "owner": "one",
            "random": Random(1),
        }
        return Means(**(given | changes))

    def intake(self, *configured: Configured, dead_letters: Any = None) -> Intake:
        """An intake for these reactions (as configured, if none is given)."""
        reactions = {one.reaction.name: one for one in configured or [self.configured()]}
        letters: Any = dead_letters or FakeProducer()
        return Intake(self.store, self.clock, letters, reactions, "")

    async def take(self, *events: Event, configured: Configured | None = None) -> None:
        """Put the events into the inbox, as if read from Kafka."""
        consumer = FakeConsumer()
        intake = self.intake(*([configured] if configured else []))
        records = [record_of(event, offset) for offset, event in enumerate(events)]
        await take(intake, records, consumer)
        assert [call[0] for call in consumer.calls] == ["commit"]

    async def claim(self, executor: Means, limit: int = 10) -> list[InboxRow]:
        """What the executor would work on next, claimed by it."""
        now = self.clock.now()
        names = list(executor.reactions)
        run, until = self.store.run, now + executor.lease
        return await inbox.claim(run, executor.owner, now, until, limit, names)

    async def work(self, executor: Means | None = None) -> InboxRow:
        """Make one attempt at everything that is due; return the newest row as it is then."""
        executor = executor or self.executor()
        for row in await self.claim(executor):
            await attempt.carry_out(executor, row)
        return (await self.rows())[-1]

    async def rows(self) -> list[InboxRow]:
        """The inbox, oldest first."""
        async with self.store.read() as tx:
            return (await inbox.find(tx))[::-1]

    async def states(self) -> list[str]:
        """The states of the inbox, oldest first."""
        return [row.state for row in await self.rows()]

    async def retry(self, *ids: int) -> None:
        """Make rows pending again, as a person does."""
        async with self.store.write("reactions") as tx:
            assert await inbox.retry(tx, ids, self.clock.now()) == sorted(ids)

    async def told(self, name: str = "") -> list[OutboxRow]:
        """The outbox, or the events of one type in it."""
        async with self.store.read() as tx:
            rows = await outbox.unpublished(tx, 1_000)
        return [row for row in rows if not name or dict(row.headers)["ce_type"] == name]

    async def told_types(self) -> list[str]:
        """The types of the events in the outbox, in order."""
        return [dict(row.headers)["ce_type"] for row in await self.told()]

    async def created(self) -> list[dict[str, Any]]:
        """The charge sheets that events tell of."""
        rows = await self.told(CREATED)
        return [orjson.loads(row.value)["charge_sheet"] for row in rows]

    async def audits(self) -> list[dict[str, Any]]:
        """What the audit events tell of reactions."""
        rows = [row for row in await self.told() if row.topic == "tiebeam.reactions"]
        return [orjson.loads(row.value)["reaction"] for row in rows]

    async def effects(self) -> list[ledger.Effect]:
        """The ledger of all reactions, by key."""
        async with self.store.read() as tx:
            found = [await ledger.of_reaction(tx, row.id) for row in await self.rows()]
        return [effect for effects in found for effect in effects]

    def sheets(self) -> list[dict[str, Any]]:
        """Every charge sheet that the provider really has."""
        return charge_sheets(self.sandbox.state.essensys)

    def puts(self) -> list[RecordedRequest]:
        """Every write that reached the provider."""
        return self.sandbox.state.requests.find(provider="essensys", method="PUT")

    def reads(self) -> list[RecordedRequest]:
        """Every read that reached the provider."""
        return self.sandbox.state.requests.find(provider="essensys", method="GET")

    def fault(self, kind: str, **options: Any) -> Any:
        """A fault on writes, once unless told otherwise."""
        return self.sandbox.state.faults.add(
            kind, **({"provider": "essensys", "method": "PUT"} | options)
        )

    def assert_once(self, lines: int = 1) -> None:
        """The provider has one charge sheet for each line, no more and no less."""
        references = [sheet["referencetext"] for sheet in self.sheets()]
        assert len(references) == lines, references
        assert len(set(references)) == lines, references

    async def assert_told_once(self, lines: int = 1) -> None:
        """Each charge sheet and the success were told once, in this order; nothing else was."""
        assert await self.told_types() == [CREATED] * lines + [SUCCEEDED]
        told = [(sheet["charge_sheet_id"], sheet["reference"]) for sheet in await self.created()]
        assert told == [(one["chargesheetid"], one["referencetext"]) for one in self.sheets()]

    def hide_references(self) -> None:
        """From now on no reference of a charge can be read before it is billed."""
        self.sandbox.state.essensys.settings.current_charge_shows_reference = False


def hooked(configured: Configured, **functions: Any) -> Configured:
    """The reaction with some functions of its effects' kind replaced."""

    def plan(event: Event, own: Any, place: Place, facts: Any) -> list[Effect]:
        effects = configured.reaction.plan(event, own, place, facts)
        return [replace(one, kind=replace(one.kind, **functions)) for one in effects]

    return replace(configured, reaction=replace(configured.reaction, plan=plan))


async def for_ever(*_: Any, **__: Any) -> Any:
    """Never end: where the process stands still until it is gone."""
    await asyncio.Event().wait()
