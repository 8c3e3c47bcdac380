"""Every documented request is made again, equal in meaning, from a typed body by its method."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.adapters.contract import catalogue
from tests.adapters.contract.calls import TOKEN, call, connected, request_body
from tests.adapters.contract.essensys import (
    client_for,
    declared_resource,
    filled,
    puts,
    sent_item,
    typed,
    written,
)
from tests.adapters.contract.example_server import answered, calls_of
from tests.adapters.contract.meaning import meaning
from tests.adapters.contract.test_responses import named
from tests.adapters.contract.unproven import NOT_SENT
from tests.adapters.http.servers import Seen

pytestmark = pytest.mark.skipif(not catalogue.PRESENT, reason="the documents are not here")


def body_of(seen: Seen) -> Any:
    """A request's body, decoded by its content type."""
    return decoded(seen.headers["content-type"], seen.body)


def decoded(content_type: str, body: bytes) -> Any:
    """JSON, or a form without repeated fields."""
    if content_type.startswith("application/json"):
        return json.loads(body)
    pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@pytest.mark.parametrize(("provider", "name"), [one for one in named("request") if one[1] != TOKEN])
async def test_a_documented_request_is_made_again(provider: str, name: str) -> None:
    example = catalogue.example(provider, f"{name}.request")
    left_out = NOT_SENT.get(f"{provider}/{name}.request", {})
    operation = catalogue.operations(provider)[name]
    has_answer = f"{name}.response" in catalogue.examples(provider)
    answer = catalogue.example(provider, f"{name}.response") if has_answer else b""
    async with answered(provider, answer, operation.success or 200, {"X-Resource-Id": "a-1"}) as (
        client,
        server,
    ):
        await call(client, name, {}, request_body(provider, name, without=left_out))

    (seen,) = calls_of(server)
    expected = {key: value for key, value in example.items() if key not in left_out}
    assert seen.headers["content-type"].partition(";")[0] == operation.encoding
    assert meaning(body_of(seen)) == meaning(expected)


async def test_the_token_of_plentific_is_asked_for_as_documented() -> None:
    example = catalogue.example("plentific", "create_token.request")
    async with (
        answered("plentific", b"") as (_, server),
        connected("plentific", server.url, **example) as client,
    ):
        await client.create_token()

    assert json.loads(server.seen[0].body) == example


@pytest.mark.parametrize(("path", "kind"), puts())
async def test_a_documented_put_of_essensys_is_made_again(path: str, kind: str) -> None:
    example = catalogue.example("essensys", f"{path}.{kind}")
    resource = catalogue.resources()[path]
    ((key, (item,)),) = example.items()
    id_field = declared_resource(path).id_field
    saved = {"response": {"status": "OK", key: [{id_field: "1"}]}}
    async with answered("essensys", saved) as (client, server):
        offered, declared = client_for(client, path)
        item = filled(declared.put_model, item)
        await offered.put([typed(declared.put_model, item)])

    (seen,) = calls_of(server)
    formats = {one["name"]: one.get("put_format", "text") for one in resource.fields}
    sent = sent_item(body_of(seen), key)
    assert written(sent, formats) == written(item, formats)
