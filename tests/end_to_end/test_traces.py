"""One trace tells the whole way of an event, across Kafka, the store and a restart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, format_span_id, format_trace_id

from tests.end_to_end.conftest import MakeWorld
from tests.end_to_end.day import Day
from tests.end_to_end.told import Told, of_type
from tests.end_to_end.world import TWO_LINES, until

pytestmark = pytest.mark.kafka

WAY = [
    ("detect plentific.invoice", ["GET get_invoice", "publish plentific.invoices"]),
    ("publish plentific.invoices", ["take plentific.invoice.paid"]),
    ("take plentific.invoice.paid", ["react recharge-paid-invoice"]),
    (
        "react recharge-paid-invoice",
        [
            "PUT put_chargesheet",
            "PUT put_chargesheet",
            "publish essensys.charge-sheets",
            "publish essensys.charge-sheets",
            "publish tiebeam.reactions",
        ],
    ),
]


class Trace:
    """The spans of one trace."""

    def __init__(self, spans: Sequence[ReadableSpan], event: Told) -> None:
        _, trace_id, _, _ = event.headers["traceparent"].split("-")
        self.spans = [
            one
            for one in spans
            if one.context and format_trace_id(one.context.trace_id) == trace_id
        ]

    def the(self, name: str) -> ReadableSpan:
        (span,) = [one for one in self.spans if one.name == name]
        return span

    def children(self, parent: ReadableSpan) -> list[str]:
        """The names below a span; token requests aside, which any call may need to make."""
        assert parent.context is not None
        return sorted(
            one.name
            for one in self.spans
            if one.parent
            and one.parent.span_id == parent.context.span_id
            and one.name != "POST token"
        )


def test_one_trace_leads_from_the_first_get_to_the_last_put(day: Day) -> None:
    trace = Trace(day.spans, day.paid)

    for name, children in WAY:
        below = trace.children(trace.the(name))  # a new process has to sign in first
        assert [one for one in below if one != "POST create_token"] == sorted(children)
    assert trace.the("detect plentific.invoice").parent is None
    assert {one.status.status_code for one in trace.spans} == {StatusCode.UNSET}
    kinds = {one.name: one.kind for one in trace.spans if one.kind is not SpanKind.INTERNAL}
    kinds.pop("POST token", None)
    assert kinds == {
        "GET get_invoice": SpanKind.CLIENT,
        "PUT put_chargesheet": SpanKind.CLIENT,
        "publish plentific.invoices": SpanKind.PRODUCER,
        "publish essensys.charge-sheets": SpanKind.PRODUCER,
        "publish tiebeam.reactions": SpanKind.PRODUCER,
        "take plentific.invoice.paid": SpanKind.CONSUMER,
    }


def test_a_trace_begins_with_a_link_to_the_look_that_found_the_change(day: Day) -> None:
    (link,) = Trace(day.spans, day.paid).the("detect plentific.invoice").links

    (look,) = [one for one in day.spans if one.context == link.context]
    assert look.name == "look at plentific.invoices"
    assert look not in Trace(day.spans, day.paid).spans


def test_the_consumer_span_says_what_was_taken_from_where(day: Day) -> None:
    taken = Trace(day.spans, day.paid).the("take plentific.invoice.paid")
    assert dict(taken.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.operation.name": "take",
        "messaging.destination.name": f"{day.prefix}plentific.invoices",
        "messaging.message.id": day.paid.id,
    }


def test_every_record_carries_the_span_that_published_it(day: Day) -> None:
    for event in day.told:
        (span,) = [
            one
            for one in Trace(day.spans, event).spans
            if (one.attributes or {}).get("messaging.message.id") == event.id
            and one.kind is SpanKind.PRODUCER
        ]
        assert span.context is not None
        assert event.headers["traceparent"].split("-")[2] == format_span_id(span.context.span_id)
        attributes = dict(span.attributes or {})
        assert attributes["messaging.system"] == "kafka"
        assert attributes["messaging.destination.name"] == day.prefix + event.topic
        assert attributes["messaging.operation.type"] == "send"
        assert attributes["messaging.kafka.message.key"] == event.key


async def test_the_trace_goes_on_after_a_restart_in_between(
    make_world: MakeWorld, spans: InMemorySpanExporter
) -> None:
    world = await make_world()
    await world.start(["poll"])
    await world.baselined()
    world.pay(TWO_LINES)

    async def detected() -> bool:
        return Counter(one.name for one in spans.get_finished_spans())["GET get_invoice"] > 0

    await until(detected, "the change is detected")
    await world.looked_again()
    await world.stop()
    await world.start(["relay"])
    await until(world.published, "the event is published")
    await world.stop()
    await world.start(["react", "relay", "poll"])
    (paid,) = of_type(await world.closed(), "plentific.invoice.paid")

    trace = Trace(spans.get_finished_spans(), paid)
    for name, children in WAY:
        below = trace.children(trace.the(name))  # a new process has to sign in first
        assert [one for one in below if one != "POST create_token"] == sorted(children)
