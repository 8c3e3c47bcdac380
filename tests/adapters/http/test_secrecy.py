"""Nothing that people or machines get to see holds a secret."""

from __future__ import annotations

import logging
import traceback

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.http.auth import BearerAuth, Grant, Token
from adapters.http.call import Call
from adapters.http.errors import ProviderError
from tests.adapters.http.conftest import OpenClient
from tests.adapters.http.servers import Seen, Wire, raw_server

CLIENT_SECRET = "s3cr3t&client"
PASSWORD = 'pass"word ü1'
ACCESS = "acc-T0KEN-1234"
REFRESH = "ref-T0KEN-5678"
SECRETS = (CLIENT_SECRET, PASSWORD, ACCESS, REFRESH)
FRAGMENTS = ("s3cr3t", "word ü1", "word+%C3%BC1", "word%20%C3%BC1", "T0KEN")

GRANT = Grant(
    "/token",
    {"grant_type": "password", "client_secret": CLIENT_SECRET, "password": PASSWORD},
    refresh={"grant_type": "refresh_token", "client_secret": CLIENT_SECRET},
)
WRITE = Call("write_it", "PUT", "/it", json={"endpoint_secret": CLIENT_SECRET}, write=True)


async def parrot(seen: Seen, wire: Wire) -> None:
    """A provider that repeats all it was sent, and fails in many ways."""
    token = {"access_token": ACCESS, "refresh_token": REFRESH}
    known = SECRETS if seen.token else (CLIENT_SECRET, PASSWORD)
    said = " ".join(known) + f" {seen.headers.get('authorization')} {seen.body!r}"
    match seen.target:
        case "/token":
            await wire.answer(200, token)
        case "/bad-token":
            await wire.answer(401, {"detail": said, **token})
        case "/half-token":
            await wire.answer(200, b'{"access_token": "' + ACCESS.encode())
        case "/drop":
            wire.drop()
        case "/text":
            await wire.answer(400, said.encode(), {"Content-Type": "text/plain"})
        case "/not-json":
            await wire.answer(200, said.encode())
        case _:
            await wire.answer(422, {"detail": said, "sent": {"password": PASSWORD}, **token})


@pytest.mark.parametrize(
    ("token_path", "path"),
    [
        ("/token", "/it"),
        ("/token", "/drop"),
        ("/token", "/text"),
        ("/token", "/not-json"),
        ("/bad-token", "/it"),
        ("/half-token", "/it"),
    ],
)
async def test_no_secret_is_in_errors_logs_spans_or_representations(
    token_path: str,
    path: str,
    open_client: OpenClient,
    spans: InMemorySpanExporter,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    grant = Grant(token_path, GRANT.fields, refresh=GRANT.refresh)
    auth = BearerAuth(grant)
    call = Call(WRITE.operation, WRITE.method, path, json=WRITE.json, write=True)
    async with raw_server(parrot) as server:
        client = open_client(server.url, auth=auth)
        with pytest.raises(ProviderError) as raised:
            await client.send(call)

    error = raised.value
    logging.getLogger("test").error("failed", exc_info=error)
    visible = [str(error), repr(error), error.request_excerpt, error.response_excerpt]
    visible += traceback.format_exception(error)
    visible += [repr(thing) for thing in (client, auth, grant, call, grant.call("x"), vars(error))]
    visible += [record.getMessage() for record in caplog.records] + [caplog.text]
    visible += [span.to_json() for span in spans.get_finished_spans()]
    seen = "\n".join(visible)
    assert len(spans.get_finished_spans()) >= 1
    assert [fragment for fragment in FRAGMENTS if fragment in seen] == []


def test_a_token_and_an_answer_do_not_show_their_content() -> None:
    assert ACCESS not in repr(Token(ACCESS, REFRESH, 0.0))
    assert REFRESH not in repr(Token(ACCESS, REFRESH, 0.0))


async def test_the_query_is_in_no_span_and_no_message(
    open_client: OpenClient, spans: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    private = {"where": "[name]='Jo Doe'"}
    async with raw_server(parrot) as server:
        client = open_client(server.url)
        for path in ("/drop", "/it", "/not-json"):
            with pytest.raises(ProviderError) as raised:
                await client.send(Call("find", "GET", path, query=private))
            assert "Doe" not in str(raised.value)

    assert all("Doe" not in span.to_json() for span in spans.get_finished_spans())
    assert "Doe" not in caplog.text
