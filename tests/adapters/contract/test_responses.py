"""Every documented answer is read whole by the method that would get it: nothing is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.http.errors import Rejected
from adapters.http.models import unknown_fields, unknown_values
from tests.adapters.contract import catalogue
from tests.adapters.contract.calls import CLIENTS, TOKEN, call, models, request_body
from tests.adapters.contract.essensys import client_for
from tests.adapters.contract.example_server import answered
from tests.adapters.contract.unproven import NOT_A_BODY, NOT_SENT

pytestmark = pytest.mark.skipif(not catalogue.PRESENT, reason="the documents are not here")


def named(kind: str) -> list[tuple[str, str]]:
    """Provider and operation of each example of a kind."""
    return [
        (provider, name.removesuffix(f".{kind}"))
        for provider in catalogue.REST
        for name in catalogue.examples(provider)
        if name.endswith(f".{kind}") and f"{provider}/{name}" not in NOT_A_BODY
    ]


def is_id(name: str) -> bool:
    return name.startswith("get_") and name.endswith("_id_by_email")


@pytest.mark.parametrize(("provider", "name"), named("response"))
async def test_a_documented_answer_is_read_whole(provider: str, name: str) -> None:
    body = catalogue.example(provider, f"{name}.response")
    if name == TOKEN:
        async with answered(provider, body) as (client, _):
            await client.create_token()
        return
    operation = catalogue.operations(provider)[name]
    async with answered(provider, body, operation.success or 200) as (client, _):
        rows = rows_of(body)
        most = len(rows) if rows else None
        answer = await call(client, name, {}, request_body_or_none(provider, name), most)

    read = models(answer)
    assert read or answer is None or is_id(name)
    assert [found for model in read for found in unknown_fields(model)] == []
    assert [found for model in read for found in unknown_values(model)] == []
    if is_id(name):
        assert answer == body
    if isinstance(answer, list) and rows is not None:
        assert len(answer) == len(rows)


def request_body_or_none(provider: str, name: str) -> Any:
    if f"{provider}/{name}.request" in NOT_A_BODY:
        declared = getattr(CLIENTS[provider], name)
        return declared.body.model_construct(_fields_set=set())
    return request_body(provider, name, without=NOT_SENT.get(f"{provider}/{name}.request", {}))


def rows_of(body: Any) -> list[Any] | None:
    """The rows of a documented list, out of its provider's envelope."""
    if not isinstance(body, dict):
        return body if isinstance(body, list) else None
    for name in ("items", "data"):
        if isinstance(body.get(name), list):
            rows: list[Any] = body[name]
            return rows
    return None


@pytest.mark.parametrize(("provider", "name"), named("error"))
async def test_a_documented_error_keeps_the_providers_own_words(provider: str, name: str) -> None:
    body = catalogue.example(provider, f"{name}.error")
    asked = "get_property" if name == "problem_details" else name
    async with answered(provider, body, body.get("Status", 400)) as (client, _):
        with pytest.raises(Rejected) as raised:
            await call(client, asked, {}, request_body_or_none(provider, asked))

    problem = raised.value.problem
    assert problem is not None
    assert problem.detail == body.get("detail", body.get("Detail"))
    assert problem.type == body.get("Type")


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in catalogue.examples("essensys")
        if name.endswith((".get", "_response")) and not name.startswith("_")
    ],
)
async def test_a_documented_record_of_essensys_is_read_whole(name: str) -> None:
    body = catalogue.example("essensys", name)
    path, _, kind = name.partition(".")
    resource = catalogue.resources()[path]
    async with answered("essensys", body) as (client, _):
        offered, declared = client_for(client, path)
        if kind == "delete_response":
            await offered.delete("1")
            return
        rows = body["response"][resource.put_key if kind == "put_response" else resource.key]
        if kind == "put_response":
            records = [declared.model.model_validate(row) for row in rows]
        else:
            records = [await offered.get(row[resource.id_field].strip()) for row in rows]
            assert [one async for one in offered.query()] == records

    assert records
    assert [found for record in records for found in unknown_fields(record)] == []
    assert [found for record in records for found in unknown_values(record)] == []
