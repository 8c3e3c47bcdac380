"""W6: events replayed over a ledger that has all their effects, and a lost store rebuilt."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from adapters.kafka.reader import open_reader
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicSpec, open_topics
from adapters.store import inbox
from adapters.store.engine import Store
from events import catalogue
from events.base import to_json
from events.building import new_event
from events.envelope import Event, from_record, to_headers
from events.plentific import InvoiceData
from events.reactions import Effect, FoundBy, Reaction, ReactionData, ReactionState
from tests.benchmarks.material import (
    EVENT_BYTES,
    EVENT_TYPE,
    PAID,
    REACTION_NAME,
    SOURCE,
    TARGET,
    charges_of,
    configured,
    paid_invoice,
    paid_invoices,
)
from tests.benchmarks.relay import KEYS, produce, raw_producer
from tests.benchmarks.rounds import Goal, Moment, Sample, Workload
from tests.benchmarks.stores import CountingStore, new_store
from tests.events.samples import invoice
from workers import announce
from workers.clock import SystemClock
from workers.rebuild.answers import Answers, put_events, restore_audits
from workers.rebuild.run import Rebuild, rebuild
from workers.replay.choice import Choice
from workers.replay.prospect import Replay, prospect

REPLAYED, REBUILT = 10_000, 5_000
"""Events a second to be reached."""
AUDIT_TYPE = "tiebeam.reaction.succeeded"
RECEIVED_TYPE = "plentific.invoice.received"


@asynccontextmanager
async def workload(
    kafka: KafkaSettings, folder: Path, events: int = 100_000
) -> AsyncIterator[Workload]:
    """The workload; `kafka` must be running."""
    answered = await _published(kafka, "replay.", paid_invoices(events, KEYS))
    lost = await _published(kafka, "rebuild.", list(_life(events // 3)))
    async with new_store(folder) as store:
        await _answer_all(store, events)
        yield Workload(
            name="W6 replay",
            about=(
                f"{events:,} events of {EVENT_BYTES:,} bytes on a topic of {kafka.partitions} "
                "partitions, all of them answered with two effects each, replayed to see what "
                f"would be new; and a store rebuilt from {events // 3 * 3:,} events: "
                f"{events // 3:,} invoices received, paid, and what was done about it. The goals "
                "are rates. Proven "
                "in each round: nothing is new and nothing was written; every entity, end and "
                "effect is there."
            ),
            unit="events",
            rows={
                "read only": "the same records read from Kafka and their envelopes checked",
                "tiebeam replay": "as `tiebeam replay` finds out what would be new",
                "replay goal": f"{REPLAYED:,} a second",
                "tiebeam rebuild": "as `tiebeam store rebuild` (synchronous=FULL)",
                "rebuild goal": f"{REBUILT:,} a second",
            },
            contenders={
                "read only": partial(_read, answered, events),
                "tiebeam replay": partial(_replay, answered, store, events),
                "tiebeam rebuild": partial(_rebuild, lost, folder, events // 3),
            },
            goals=[
                Goal("tiebeam replay", "replay goal", 1.0, _cause),
                Goal("tiebeam rebuild", "rebuild goal", 1.0, _cause),
                Goal("tiebeam replay", "read only"),
            ],
        )


def _life(invoices: int) -> Iterator[Event]:
    """Invoices received and paid, and the audits of what was done about them."""
    sample = paid_invoice()
    for number in range(invoices):
        uuid = f"00000000-0000-5000-8000-{number:012d}"
        state = InvoiceData(invoice=invoice(uuid=uuid, external_reference="x" * 60))
        paid = replace(
            sample,
            id=f"paid-{number}",
            subject=uuid,
            key=uuid,
            sequence=2,
            data=to_json(state.model_copy(update={"previous": {"status": "approved"}})),
        )
        yield replace(
            paid, id=f"received-{number}", type=RECEIVED_TYPE, sequence=1, data=to_json(state)
        )
        yield paid
        yield _audit(paid, 1)


def _audit(event: Event, effects: int) -> Event:
    keys = [charge.effect_key for charge in charges_of(event)][:effects]
    told = Reaction(
        name=REACTION_NAME,
        state=ReactionState.SUCCEEDED,
        attempts=1,
        dry_run=False,
        trigger_ce_id=event.id,
        trigger_type=event.type,
        trigger_subject=event.subject,
        effects=tuple(
            Effect(key=key, connection=TARGET, provider_id=key, found_by=FoundBy.ANSWER)
            for key in keys
        ),
    )
    return new_event(
        AUDIT_TYPE,
        connection="reactions",
        entity_id=f"{REACTION_NAME}/{event.id}",
        transition="succeeded/1",
        data=ReactionData(reaction=told),
        sequence=1,
        time=PAID,
        detected_at=PAID,
        key=event.key,
        caused_by=event,
    )


async def _published(kafka: KafkaSettings, prefix: str, events: Sequence[Event]) -> KafkaSettings:
    """Publish the events under a prefix of their own; return the settings with it."""
    fresh = replace(kafka, topic_prefix=f"{kafka.topic_prefix}{prefix}")
    names = {catalogue.topic_of(event.type, fresh.topic_prefix) for event in events}
    async with open_topics(fresh) as topics:
        await topics.create_missing([TopicSpec(name, fresh.partitions, 1) for name in names])
    async with raw_producer(fresh) as producer:
        await produce(producer, fresh, [announce.row(event, PAID) for event in events])
    return fresh


async def _answer_all(store: Store, events: int) -> None:
    """Let every event be answered with all its effects."""
    answers = Answers(frozenset())
    answered = paid_invoices(events, KEYS)
    for start in range(0, events, 1_000):
        part = answered[start : start + 1_000]
        async with store.write() as tx:
            await restore_audits(tx, answers, [_audit(event, 2) for event in part])
            await put_events(tx, answers, [(event, to_headers(event)) for event in part])


async def _read(kafka: KafkaSettings, events: int) -> Mapping[str, Sample]:
    read = 0
    began = Moment.start()
    async with open_reader(kafka, [catalogue.topic_of(EVENT_TYPE, kafka.topic_prefix)]) as reader:
        async for batch in reader.batches():
            for record in batch:
                from_record(record.key, record.value, record.headers)
            read += len(batch)
    assert read == events, f"{read} read"
    return {"read only": began.sample(read)}


async def _replay(kafka: KafkaSettings, store: CountingStore, events: int) -> Mapping[str, Sample]:
    store.forget()
    began = Moment.start()
    needs = Replay(store, SystemClock(), configured(client=None), Choice(frozenset({EVENT_TYPE})))
    async with open_reader(kafka, needs.choice.topics(kafka.topic_prefix)) as reader:
        found = await prospect(needs, reader)
    sample = began.sample(events)
    assert (found.answered, found.answers) == (events, {}), f"{found.answered} answered"
    assert store.writes == 0, f"{store.writes} transactions wrote"
    return {"tiebeam replay": sample, "replay goal": Sample(events, events / REPLAYED, 0.0)}


async def _rebuild(kafka: KafkaSettings, folder: Path, invoices: int) -> Mapping[str, Sample]:
    audits = catalogue.topic_of(AUDIT_TYPE, kafka.topic_prefix)
    others = [catalogue.topic_of(EVENT_TYPE, kafka.topic_prefix)]
    async with (
        new_store(folder) as store,
        open_reader(kafka, [audits]) as ends,
        open_reader(kafka, others) as events,
    ):
        began = Moment.start()
        needs = Rebuild(store, SystemClock(), kafka.topic_prefix, frozenset())
        report = await rebuild(needs, ends, events, ())
        sample = began.sample(report.read)
        assert report.read == 3 * invoices, f"{report.read} read"
        assert report.entities == {(SOURCE, "invoice"): invoices}, report.entities
        assert (report.ended, report.effects, report.unusable) == (invoices, invoices, 0)
        async with store.read() as tx:
            assert await inbox.counts(tx) == {(REACTION_NAME, "succeeded"): invoices}
    return {
        "tiebeam rebuild": sample,
        "rebuild goal": Sample(report.read, report.read / REBUILT, 0.0),
    }


def _cause(sample: Sample) -> str:
    return (
        f"{sample.cpu:.1f} of the {sample.seconds:.1f} s were CPU time "
        f"({sample.cpu / sample.items * 1e6:.0f} µs an event), on one core; the rest is waiting "
        "for the broker and for SQLite"
    )
