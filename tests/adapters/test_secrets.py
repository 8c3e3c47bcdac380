"""No provider's client shows its secrets, whatever the provider does with them.

How secrets are kept is proven in http/test_secrecy.py; here, that each `connect` sees to it.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import generate_latest

from adapters.essensys import client as essensys
from adapters.facilitee import client as facilitee
from adapters.http.errors import Ambiguous, ProviderError, Rejected, Transient, Unauthorised
from adapters.http.limits import Limits
from adapters.http.redaction import MASK
from adapters.planiso import client as planiso
from adapters.plentific import client as plentific
from tests.adapters.http import conftest
from tests.adapters.http.servers import Seen, Wire, raw_server

spans = conftest.spans

SECRETS = {
    "client_secret": "s3cr3t&client/+1",
    "password": "pass w0rd=1",
    "api_key": "k3y-of-a-silo",
}
ACCESS, REFRESH = "acc-T0KEN-1234", "ref-T0KEN-5678"
FRAGMENTS = ("s3cr3t", "w0rd", "k3y-of", "T0KEN")

CLIENT = {"client_id": "id-1", "client_secret": SECRETS["client_secret"]}
OWNER = {"username": "jo", "password": SECRETS["password"]}
CONNECT: Mapping[str, tuple[Callable[..., Any], Mapping[str, Any]]] = {
    "plentific": (plentific.connect, CLIENT),
    "essensys": (essensys.connect, {**CLIENT, **OWNER, "time_zone": ZoneInfo("Europe/London")}),
    "facilitee": (facilitee.connect, CLIENT),
    "planiso": (planiso.connect, {"api_key": SECRETS["api_key"]}),
}
READ: Mapping[str, Callable[[Any], Awaitable[Any]]] = {
    "plentific": lambda client: client.get_work_order("7"),
    "essensys": lambda client: client.accounts.get("7"),
    "facilitee": lambda client: client.get_owner(7),
    "planiso": lambda client: client.find_user("7"),
}
WITH_TOKENS = ("plentific", "essensys", "facilitee")


def echo(provider: str, seen: Seen) -> str:
    """Every secret that this provider was told, and the tokens that it gave."""
    _, credentials = CONNECT[provider]
    said = [value for name, value in credentials.items() if name in SECRETS]
    said += [seen.headers.get("authorization", ""), seen.body.decode()]
    return " ".join([*said, ACCESS, REFRESH] if seen.token == ACCESS else said)


def everywhere(said: str) -> dict[str, Any]:
    """An error body with the same words wherever a provider's words are read from."""
    names = ("type", "Type", "title", "Title", "detail", "Detail", "message", "code")
    return {
        **dict.fromkeys(names, said),
        "data": {said: [said]},
        "errors": {said: [said]},
        "estates": [{said: [said]}],
        "password": said,
    }


async def parrot(provider: str, way: str, seen: Seen, wire: Wire) -> None:
    said = echo(provider, seen)
    headers = {"X-Echo": said, "Location": f"/{said}", "Set-Cookie": f"session={said}"}
    asks_for_token = seen.target.endswith("/token")
    if asks_for_token and not way.startswith("token"):
        token = {"access_token": ACCESS, "refresh_token": REFRESH, "expires_in": 3600}
        await wire.answer(200, token, headers)
        return
    match way:
        case "token refused":
            await wire.answer(401, everywhere(said), headers)
        case "token cut off":
            await wire.answer(200, b'{"access_token": "' + ACCESS.encode(), headers)
        case "refused":
            await wire.answer(422, everywhere(said), headers)
        case "forbidden":
            await wire.answer(403, said.encode(), {**headers, "Content-Type": "text/plain"})
        case "moved":
            await wire.answer(302, b"", headers)
        case "not JSON":
            await wire.answer(200, said.encode(), headers)
        case "broken off":
            await wire.answer(200, said.encode(), headers, content_length=10_000)
            wire.close()
        case _:
            wire.drop()


async def failure(provider: str, way: str) -> tuple[ProviderError, list[Any]]:
    """How a read fails, and the parts of the client that somebody may print."""
    connect, credentials = CONNECT[provider]

    async def answer(seen: Seen, wire: Wire) -> None:
        await parrot(provider, way, seen, wire)

    async with raw_server(answer) as server:
        client = connect(
            connection=provider, base_url=server.url, limits=Limits(10_000, 8), **credentials
        )
        async with aclosing(client):
            with pytest.raises(ProviderError) as raised:
                await READ[provider](client)
    http = client.http
    return raised.value, [client, http, http._auth, vars(client), vars(http)]


def words_of(error: ProviderError) -> list[str]:
    """Every text that an error carries."""
    problem = error.problem
    words = [str(error), repr(error), repr(vars(error)), error.detail]
    words += [error.request_excerpt, error.response_excerpt, *traceback.format_exception(error)]
    if problem is not None:
        words += [str(one) for one in (problem.type, problem.title, problem.detail)]
        words.append(repr(dict(problem.fields)))
    return words


@pytest.mark.parametrize(
    ("provider", "way", "kind"),
    [
        *((name, "refused", Rejected) for name in CONNECT),
        *((name, "forbidden", Unauthorised) for name in CONNECT),
        *((name, "moved", Rejected) for name in CONNECT),
        *((name, "not JSON", Transient) for name in CONNECT),
        *((name, "broken off", Transient) for name in CONNECT),
        *((name, "dropped", Transient) for name in CONNECT),
        *((name, "token refused", Unauthorised) for name in WITH_TOKENS),
        *((name, "token cut off", Transient) for name in WITH_TOKENS),
    ],
)
async def test_a_provider_that_repeats_our_secrets_makes_nobody_see_them(
    provider: str,
    way: str,
    kind: type[ProviderError],
    spans: InMemorySpanExporter,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    error, things = await failure(provider, way)
    logging.getLogger("test").error("failed", exc_info=error)

    visible = [*words_of(error), *map(repr, things), caplog.text]
    visible += [record.getMessage() for record in caplog.records]
    visible += [span.to_json() for span in spans.get_finished_spans()]
    seen = "\n".join(visible)
    assert isinstance(error, kind)
    assert not isinstance(error, Ambiguous)
    assert spans.get_finished_spans()
    assert [fragment for fragment in FRAGMENTS if fragment in seen] == []


async def test_no_metric_holds_what_a_provider_repeats() -> None:
    for provider in CONNECT:
        for way in ("refused", "moved", "not JSON"):
            await failure(provider, way)

    metrics = generate_latest().decode()
    assert all(f'connection="{provider}"' in metrics for provider in CONNECT)
    assert [fragment for fragment in FRAGMENTS if fragment in metrics] == []


@pytest.mark.parametrize("provider", CONNECT)
async def test_what_is_kept_of_an_answer_shows_that_something_was_taken_out(provider: str) -> None:
    error, _ = await failure(provider, "refused")

    assert error.response_excerpt.count(MASK) > 3
