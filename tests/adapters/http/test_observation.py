from __future__ import annotations

import asyncio

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY

from adapters.http.auth import BearerAuth, Grant
from adapters.http.call import Call
from adapters.http.errors import ProviderError
from adapters.http.observation import counting_calls
from tests.adapters.http.conftest import OpenClient
from tests.adapters.http.servers import Seen, Wire, raw_server


async def test_a_call_is_a_client_span_by_the_conventions(
    open_client: OpenClient, spans: InMemorySpanExporter
) -> None:
    async with raw_server(_answer) as server:
        call = Call("get_it", "GET", "/it/{id}", {"id": "7"}, {"where": "[name]='Jo Doe'"})
        await open_client(server.url, connection="spanned").send(call)

    (span,) = spans.get_finished_spans()
    port = int(server.url.rpartition(":")[2])
    assert span.name == "GET get_it"
    assert span.kind is trace.SpanKind.CLIENT
    assert dict(span.attributes or {}) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
        "server.port": port,
        "url.full": f"{server.url}/it/7",
        "url.template": "/it/{id}",
        "tiebeam.connection": "spanned",
        "tiebeam.operation": "get_it",
    }
    assert span.status.status_code is trace.StatusCode.UNSET


async def test_a_bad_status_is_an_error_of_the_span(
    open_client: OpenClient, spans: InMemorySpanExporter
) -> None:
    async def refuse(seen: Seen, wire: Wire) -> None:
        await wire.answer(404)

    async with raw_server(refuse) as server:
        with pytest.raises(ProviderError):
            await open_client(server.url).send(Call("get_it", "GET", "/it"))

    (span,) = spans.get_finished_spans()
    assert span.status.status_code is trace.StatusCode.ERROR
    assert _attribute(span, "error.type") == "404"
    assert not span.events


async def test_a_lost_connection_is_an_error_of_the_span_and_counted(
    open_client: OpenClient, spans: InMemorySpanExporter
) -> None:
    async def drop(seen: Seen, wire: Wire) -> None:
        wire.drop()

    async with raw_server(drop) as server:
        with pytest.raises(ProviderError):
            await open_client(server.url, connection="lossy").send(Call("get_it", "GET", "/it"))

    (span,) = spans.get_finished_spans()
    assert _attribute(span, "error.type") == "lost"
    assert _counted("lossy", "get_it", "lost") == 1


async def test_within_work_of_which_nothing_is_kept_a_call_has_no_span_and_is_counted(
    open_client: OpenClient, spans: InMemorySpanExporter
) -> None:
    sampled = trace.TraceFlags(trace.TraceFlags.SAMPLED)  # by it alone a span would be made
    not_kept = trace.NonRecordingSpan(trace.SpanContext(1, 2, False, sampled))
    async with raw_server(_answer) as server:
        client = open_client(server.url, connection="unkept")
        with trace.use_span(not_kept):
            await client.send(Call("get_it", "GET", "/it"))

    assert spans.get_finished_spans() == ()
    labels = {"connection": "unkept", "operation": "get_it", "status": "200"}
    assert REGISTRY.get_sample_value("tiebeam_api_calls_total", labels) == 1


async def test_the_calls_of_a_piece_of_work_are_counted_apart_from_others(
    open_client: OpenClient,
) -> None:
    call = Call("get_it", "GET", "/it")
    async with raw_server(_answer) as server:
        client = open_client(server.url)

        async def work(calls: int) -> int:
            with counting_calls() as counted:
                async with asyncio.TaskGroup() as group:
                    for _ in range(calls):
                        group.create_task(client.send(call))
            await client.send(call)
            return counted.count

        assert list(await asyncio.gather(work(3), work(1), work(0))) == [3, 1, 0]


async def test_token_calls_and_the_second_attempt_have_spans_and_counts_of_their_own(
    open_client: OpenClient, spans: InMemorySpanExporter
) -> None:
    async def refuse_once(seen: Seen, wire: Wire) -> None:
        if seen.target == "/token":
            await wire.answer(200, {"access_token": "T"})
        else:
            await wire.answer(401 if len(server.seen) == 2 else 200, {})

    async with raw_server(refuse_once) as server:
        client = open_client(server.url, connection="tokened", auth=BearerAuth(Grant("/token", {})))
        await client.send(Call("get_it", "GET", "/it"))

    told = [(span.name, _attribute(span, "http.request.resend_count")) for span in _order(spans)]
    assert told == [
        ("POST create_token", None),
        ("GET get_it", None),
        ("POST create_token", None),
        ("GET get_it", 1),
    ]
    assert _counted("tokened", "create_token", "200") == 2
    assert _counted("tokened", "get_it", "401") == 1
    assert _counted("tokened", "get_it", "200") == 1


async def test_the_trace_context_is_not_sent_to_providers(
    open_client: OpenClient, spans: InMemorySpanExporter
) -> None:
    async with raw_server(_answer) as server:
        with trace.get_tracer("test").start_as_current_span("outer"):
            await open_client(server.url).send(Call("get_it", "GET", "/it"))

    assert {"traceparent", "tracestate", "baggage"}.isdisjoint(server.seen[0].headers)
    inner, outer = spans.get_finished_spans()
    assert inner.parent is not None
    assert inner.parent.span_id == outer.context.span_id


async def test_waiting_for_the_limits_and_the_time_of_calls_are_measured(
    open_client: OpenClient,
) -> None:
    async with raw_server(_answer) as server:
        await open_client(server.url, connection="timed").send(Call("get_it", "GET", "/it"))

    waits = {"connection": "timed", "priority": "hot"}
    assert REGISTRY.get_sample_value("tiebeam_rate_limit_wait_seconds_count", waits) == 1
    calls = {"connection": "timed", "operation": "get_it"}
    assert REGISTRY.get_sample_value("tiebeam_api_call_seconds_count", calls) == 1


async def _answer(seen: Seen, wire: Wire) -> None:
    await wire.answer(200, {})


def _attribute(span: ReadableSpan, name: str) -> object:
    return (span.attributes or {}).get(name)


def _order(spans: InMemorySpanExporter) -> list[ReadableSpan]:
    return sorted(spans.get_finished_spans(), key=lambda span: span.start_time or 0)


def _counted(connection: str, operation: str, status: str) -> float | None:
    labels = {"connection": connection, "operation": operation, "status": status}
    return REGISTRY.get_sample_value("tiebeam_api_calls_total", labels)
