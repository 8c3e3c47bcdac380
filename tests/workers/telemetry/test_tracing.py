"""Traces: ids go on whether or not anybody keeps spans."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.environment_variables import OTEL_TRACES_SAMPLER
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from workers.telemetry import tracing

UNSAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


def kept(provider: TracerProvider, spans: InMemorySpanExporter) -> list[str]:
    """The names of what was kept of a span below one that was detected when nobody kept spans."""
    context = tracing.carried({"traceparent": UNSAMPLED})
    with provider.get_tracer("test").start_as_current_span("react", context=context):
        pass
    return [span.name for span in spans.get_finished_spans()]


def test_where_nobody_keeps_spans_a_trace_still_has_its_ids() -> None:
    tracer = tracing.provider(None).get_tracer("test")
    with tracer.start_as_current_span("poll") as poll:
        first = tracing.carry()
        with tracer.start_as_current_span("publish") as publish:
            second = tracing.carry()
    assert not poll.is_recording()
    assert not publish.is_recording()
    trace, span, _ = first["traceparent"].split("-")[1:]
    assert int(trace, 16) == poll.get_span_context().trace_id != 0
    assert second["traceparent"].split("-")[1] == trace
    assert second["traceparent"].split("-")[2] != span


def test_what_was_detected_before_anybody_kept_spans_is_seen_when_it_is_carried_on(
    spans: InMemorySpanExporter,
) -> None:
    assert kept(tracing.provider(SimpleSpanProcessor(spans)), spans) == ["react"]


def test_the_usual_variable_says_how_much_is_kept(
    spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OTEL_TRACES_SAMPLER, "always_off")
    assert kept(tracing.provider(SimpleSpanProcessor(spans)), spans) == []
