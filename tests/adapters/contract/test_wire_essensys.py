"""Every resource of essensys over real HTTP: what is on the wire equals the document."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

import pytest

from adapters.essensys.queries import equals
from adapters.http.errors import Unsendable
from deploy.sandbox import running_sandbox
from deploy.sandbox.recording import RecordedRequest
from tests.adapters.contract import catalogue
from tests.adapters.contract.calls import CREDENTIALS, connected
from tests.adapters.contract.catalogue import Resource
from tests.adapters.contract.essensys import client_for, filled, puts, sent_item, typed, written
from tests.adapters.contract.test_requests import decoded
from tests.adapters.contract.test_wire import stocked

pytestmark = pytest.mark.skipif(not catalogue.PRESENT, reason="the documents are not here")

FORM = "application/x-www-form-urlencoded"
RESOURCES = tuple(catalogue.resources().values())


@asynccontextmanager
async def wired(path: str) -> AsyncIterator[tuple[Any, Any, str, Any]]:
    """A resource of a client, its declaration, an existing id, and what the provider records."""
    state, ids = stocked("essensys")
    async with (
        running_sandbox(state) as sandbox,
        connected("essensys", sandbox.essensys_url, **CREDENTIALS["essensys"]) as client,
    ):
        offered, declared = client_for(client, path)
        yield offered, declared, ids[path], state.requests


def only(requests: Any) -> RecordedRequest:
    """The one request beside the token's."""
    (seen,) = [one for one in requests.find(provider="essensys") if one.operation != "create_token"]
    assert isinstance(seen, RecordedRequest)
    assert seen.status == 200
    assert seen.headers["authorization"]
    return seen


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.path)
async def test_a_record_is_read_and_looked_for_as_documented(resource: Resource) -> None:
    async with wired(resource.path) as (offered, declared, record_id, requests):
        assert declared.id_field == (resource.id_field or "creditnoteid")
        if not resource.get:
            with pytest.raises(Unsendable):
                await offered.get(record_id)
            assert len(requests.find(provider="essensys")) == 0
            return
        assert await offered.get(record_id) is not None
        seen = only(requests)
        assert (seen.method, seen.path) == ("GET", f"/api/1.0/{resource.path}/{record_id}")
        assert not seen.query
        requests.clear()

        where = equals(declared.id_field, record_id)
        found = [one async for one in offered.query(where, fields=[declared.id_field])]
        seen = only(requests)
        assert found
        assert (seen.method, seen.path) == ("GET", f"/api/1.0/{resource.path}")
        assert seen.query["where"] == f"[{declared.id_field}]='{record_id}'"
        assert seen.query["fields"] == f"[{declared.id_field}]"
        assert seen.query["startrecord"] == "1"
        assert not seen.body


@pytest.mark.parametrize(("path", "kind"), puts())
async def test_a_record_is_put_as_documented(path: str, kind: str) -> None:
    ((key, (item,)),) = catalogue.example("essensys", f"{path}.{kind}").items()
    formats = {
        one["name"]: one.get("put_format", "text") for one in catalogue.resources()[path].fields
    }
    async with wired(path) as (offered, declared, _, requests):
        item = filled(declared.put_model, item)
        answer = await offered.put([typed(declared.put_model, item)])
        assert len(answer.ids) == 1
        seen = only(requests)

    assert (seen.method, seen.path) == ("PUT", f"/api/1.0/{path}")
    assert seen.headers["content-type"].partition(";")[0] == FORM
    assert "£" not in (seen.body or ""), "the form is not percent-encoded"
    sent = sent_item(decoded(FORM, (seen.body or "").encode()), key)
    assert written(sent, formats) == written(item, formats)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.path)
async def test_a_record_is_deleted_as_documented_or_not_at_all(resource: Resource) -> None:
    async with wired(resource.path) as (offered, declared, record_id, requests):
        if not resource.put:
            assert declared.put_model is None
        if not resource.delete:
            with pytest.raises(Unsendable):
                await offered.delete(record_id)
            assert len(requests.find(provider="essensys")) == 0
            return
        await offered.delete(record_id)
        seen = only(requests)

    assert (seen.method, seen.path) == ("DELETE", f"/api/1.0/{resource.path}")
    assert seen.headers["content-type"].partition(";")[0] == FORM
    assert unquote(seen.body or "") == f"itemid={record_id}"
