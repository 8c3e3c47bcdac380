"""Traces: one per event, carried in W3C form through outbox, Kafka headers and inbox."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.environment_variables import OTEL_TRACES_SAMPLER
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()


def provider(keeping: SpanProcessor | None) -> TracerProvider:
    """Build the tracer provider of a process, whose spans go to `keeping`.

    Without it nothing is recorded of them but their ids, which logs and events carry all the same.
    With it everything is, unless OTEL_TRACES_SAMPLER says otherwise: what was detected when nobody
    kept spans is to be seen, too, when it is replayed.
    """
    resource = Resource.create({"service.name": "tiebeam"})
    if keeping is None:
        return TracerProvider(sampler=ALWAYS_OFF, resource=resource)
    sampler = None if OTEL_TRACES_SAMPLER in os.environ else ALWAYS_ON
    built = TracerProvider(sampler=sampler, resource=resource)
    built.add_span_processor(keeping)
    return built


def sending_to(otlp_endpoint: str) -> SpanProcessor:
    """Send spans to a collector, some at a time."""
    exporter = OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces")
    return BatchSpanProcessor(exporter)


def install(built: TracerProvider) -> None:
    """Make a provider the one of this process."""
    trace.set_tracer_provider(built)


def carry() -> dict[str, str]:
    """Return the current span as `traceparent` (and `tracestate`), to be kept beside a row."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier


def carried(carrier: Mapping[str, str | None]) -> Context:
    """Return the context that `carry` wrote down, in this process or an earlier one."""
    return _PROPAGATOR.extract({name: value for name, value in carrier.items() if value})


@lru_cache(maxsize=1)
def _tracer(built: trace.TracerProvider) -> trace.Tracer:
    # Kept: to get one takes as long as to begin a span.
    return built.get_tracer("tiebeam")


@contextmanager
def span(
    name: str,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    parent: Context | None = None,
    links: tuple[SpanContext, ...] = (),
    attributes: Mapping[str, str | int | bool] | None = None,
) -> Iterator[Span]:
    """Run a block in a span; an exception marks it failed with the exception's type only.

    The text of an exception may hold what a provider answered, so it stays out of the span.
    """
    with _tracer(trace.get_tracer_provider()).start_as_current_span(
        name,
        context=parent,
        kind=kind,
        links=[Link(context) for context in links],
        attributes=dict(attributes or {}),
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except BaseException as error:
            current.set_status(Status(StatusCode.ERROR))
            current.set_attribute("error.type", type(error).__qualname__)
            raise


def current() -> SpanContext:
    """Return the context of the span that runs now, to link other traces to it."""
    return trace.get_current_span().get_span_context()
