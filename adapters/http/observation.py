"""One exchange with a provider as seen from outside: its span and its metrics."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

import httpx
from opentelemetry import trace

from adapters.http import metrics
from adapters.http.call import Call
from adapters.http.redaction import without_emails


@dataclass
class Observation:
    """What became of one exchange, told by the client as it learns it."""

    status: int | None = None
    failure: str | None = None  # a word for the metric where there is no good answer

    def outcome(self) -> str:
        """The label `status` of tiebeam_api_calls_total."""
        return self.failure or str(self.status)


@dataclass
class Calls:
    """How many requests were sent for one piece of work."""

    count: int = 0


_calls: ContextVar[Calls | None] = ContextVar("calls", default=None)


@contextmanager
def counting_calls() -> Iterator[Calls]:
    """Count the requests that this task, and those that it starts, send within the block.

    Not by the metric: others may call the same operations of the same connection meanwhile.
    """
    counted = Calls()
    outer = _calls.set(counted)
    try:
        yield counted
    finally:
        _calls.reset(outer)


@lru_cache(maxsize=1)
def _tracer(provider: trace.TracerProvider) -> trace.Tracer:
    # Kept: to get one takes as long as to begin a span.
    return provider.get_tracer("tiebeam.http")


@contextmanager
def observed(
    connection: str, call: Call, request: httpx.Request, resend: int
) -> Iterator[Observation]:
    """Record a client span and the metrics of one exchange.

    By the OpenTelemetry conventions for HTTP clients, with the query left out of `url.full`: it may
    hold references and names. The trace context is not sent, because providers are foreign systems.
    """
    observation = Observation(failure="aborted")
    if (counted := _calls.get()) is not None:
        counted.count += 1
    started = time.perf_counter()
    # Not the current span: what a caller does while it reads a stream is no part of the exchange.
    span = _span(f"{call.method} {call.operation}")
    if span.is_recording():
        span.set_attributes(_attributes(connection, call, request, resend))
    try:
        yield observation
    finally:
        _finish(span, observation)
        span.end()
        taken = time.perf_counter() - started
        labels = connection, call.operation
        metrics.api_calls.labels(*labels, observation.outcome()).inc()
        metrics.api_call_seconds.labels(*labels).observe(taken)


def _span(name: str) -> trace.Span:
    around = trace.get_current_span()
    if around.get_span_context().is_valid and not around.is_recording():
        return trace.INVALID_SPAN  # what is not kept of the work is not kept of its calls
    tracer = _tracer(trace.get_tracer_provider())
    return tracer.start_span(name, kind=trace.SpanKind.CLIENT)


def _attributes(
    connection: str, call: Call, request: httpx.Request, resend: int
) -> dict[str, str | int]:
    url = request.url
    attributes: dict[str, str | int] = {
        "http.request.method": request.method,
        "server.address": url.host,
        "server.port": url.port or (443 if url.scheme == "https" else 80),
        "url.full": without_emails(str(url).partition("?")[0]),
        "url.template": call.path,
        "tiebeam.connection": connection,
        "tiebeam.operation": call.operation,
    }
    if resend:
        attributes["http.request.resend_count"] = resend
    return attributes


def _finish(span: trace.Span, observation: Observation) -> None:
    if observation.status is not None:
        span.set_attribute("http.response.status_code", observation.status)
    failed = observation.failure
    if failed is None and observation.status is not None and observation.status >= 400:
        failed = str(observation.status)
    if failed is not None:
        span.set_attribute("error.type", failed)
        span.set_status(trace.StatusCode.ERROR)
