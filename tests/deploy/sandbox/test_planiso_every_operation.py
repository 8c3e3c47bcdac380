"""Every operation of the simulated Planiso over HTTP: taken and answered as documented."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from deploy.sandbox import Sandbox, SandboxState, running_sandbox
from deploy.sandbox.documented import Documented, FieldRule, operations
from deploy.sandbox.planiso.data import API_KEY
from deploy.sandbox.planiso.one_of_each import one_of_each
from tests.deploy.sandbox.conftest import Clock
from tests.deploy.sandbox.raw_http import RawConnection
from tests.paths import SHARED

EXAMPLES = SHARED / "providers" / "examples" / "planiso"
OPERATIONS = operations("planiso")
WRITES = [name for name, one in OPERATIONS.items() if one.body is not None]
UPDATES = [name for name in OPERATIONS if name.startswith("update_")]
# These name types in place of values in their examples.
PLACEHOLDERS = ("create_user", "update_user")
WRITTEN_AS = {"address": "adress", "custom_num": "custom_no"}


class Planiso:
    """A sandbox with one of each record, asked over a bare connection."""

    def __init__(self, sandbox: Sandbox, nos: dict[str, str], connection: RawConnection) -> None:
        self.sandbox = sandbox
        self.nos = nos
        self._connection = connection

    def url(self, operation: Documented) -> str:
        resource = operation.path.split("/")[2]
        return "/planiso" + operation.path.format(no=self.nos[resource])

    async def ask(self, method: str, url: str, form: Mapping[str, str] | None = None) -> Any:
        """The status, and the body (None: there is none)."""
        await self._connection.send(method, url, urlencode(form or {}).encode())
        status, _headers, body = await self._connection.answer()
        return status, orjson.loads(body) if body else None

    async def call(self, name: str, form: Mapping[str, str] | None = None) -> Any:
        operation = OPERATIONS[name]
        return await self.ask(operation.method, self.url(operation), form)


@pytest.fixture
async def planiso(clock: Clock) -> AsyncIterator[Planiso]:
    state = SandboxState(clock)
    nos = one_of_each(state)
    async with (
        running_sandbox(state) as sandbox,
        RawConnection(sandbox.host, sandbox.port, API_KEY) as connection,
    ):
        yield Planiso(sandbox, nos, connection)


def form(name: str) -> dict[str, str]:
    """A form with every documented field whose value is known."""
    rules = OPERATIONS[name].body or {}
    return {one.name: _text(one) for one in rules.values() if one.type != "array"}


def _text(rule: FieldRule) -> str:
    if rule.format == "json-array":
        return "[1]"
    if rule.format == "date":
        return "2026-02-03"
    return {"boolean": "1", "integer": "2024"}.get(rule.type, f"Some {rule.name}")


def form_or_none(name: str) -> dict[str, str] | None:
    return form(name) if name in WRITES else None


def inside(rule_fields: Mapping[str, FieldRule], shown: Any) -> bool:
    """Whether records, with what they hold, have the documented fields and no others."""
    for one in shown if isinstance(shown, list) else [shown]:
        if one is None:
            continue
        if one.keys() != rule_fields.keys():
            return False
        nested = ((rule.fields, one[rule.name]) for rule in rule_fields.values() if rule.fields)
        if not all(inside(fields, value) for fields, value in nested):
            return False
    return True


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name not in UPDATES])
async def test_every_operation_answers_exactly_the_documented_fields(
    planiso: Planiso, name: str
) -> None:
    operation = OPERATIONS[name]

    status, body = await planiso.call(name, form_or_none(name))

    assert status == operation.status, body
    if name == "delete_user":
        assert body is None
        return
    assert list(body) == ["code", "message", "data"]
    assert body["code"] == status
    assert inside(operation.answer, body["data"])
    assert list(unlike(body, example_of(name))) == []


@pytest.mark.parametrize("name", UPDATES)
async def test_every_change_answers_what_was_sent_and_the_number(
    planiso: Planiso, name: str
) -> None:
    operation = OPERATIONS[name]
    resource = name.removeprefix("update_")

    status, body = await planiso.call(name, form(name))

    assert status == operation.status, body
    sent = {WRITTEN_AS.get(one, one) for one in form(name)}
    added = {"user": {"last_update"}, "project": {"last_update", "active"}}.get(resource, set())
    assert body["data"].keys() - operation.answer.keys() == set()
    if resource == "organization":
        assert body["data"].keys() == operation.answer.keys()
        assert body["data"]["no"] == planiso.nos[resource]
    else:
        assert body["data"].keys() == sent | added | {"no"}
        assert body["data"]["no"] == int(planiso.nos[resource])
    assert list(unlike(body, example_of(name))) == []


def example_of(name: str) -> Any:
    """The documented answer; None where there are no documents."""
    path = EXAMPLES / f"{name}.response.json"
    return orjson.loads(path.read_bytes()) if path.is_file() else None


def unlike(body: Any, example: Any, path: str = "") -> Any:
    """What an example shows and the body does not, or as another type."""
    if example is None or body is None:
        return
    if isinstance(example, list):
        for one in body:
            yield from unlike(one, example[0], path)
    elif isinstance(example, dict):
        for name, value in example.items():
            place = f"{path}.{name}"
            if name not in body:
                yield f"{place} is missing"
            else:
                yield from unlike(body[name], value, place)
    elif type(body) is not type(example) or (path == ".message" and body != example):
        yield f"{path} is {body!r}, the example has {example!r}"


@pytest.mark.parametrize("name", [name for name in WRITES if name.startswith("create_")])
async def test_what_is_created_is_read_back(planiso: Planiso, name: str) -> None:
    sent = form(name)
    resource = name.removeprefix("create_")

    _status, created = await planiso.call(name, sent)
    url = f"/planiso/v1/{resource}/{created['data']['no']}"
    _status, found = await planiso.ask("GET", url)
    _status, listed = await planiso.ask("GET", f"/planiso/v1/{resource}")

    assert found["data"] in [{key: row[key] for key in found["data"]} for row in listed["data"]]
    for key, value in sent.items():
        own, _, of_organization = key.partition("organization_")
        record = found["data"] if own else found["data"]["organization"]
        name_read = WRITTEN_AS.get(own, own) or of_organization
        if name_read in ("type_nos", "create_date", "last_update", "active"):
            continue
        assert record[name_read] == (True if name_read.startswith("is_") else value)


async def test_what_the_document_does_not_have_is_refused(planiso: Planiso) -> None:
    for name in WRITES:
        full = form(name)
        rules = OPERATIONS[name].body or {}
        required = [one.name for one in rules.values() if one.required]
        wrong = [{**full, "color": "red"}, {}]
        wrong += [{key: full[key] for key in full if key != one} for one in required]
        wrong += [{**full, one: ""} for one in required]
        wrong += [{**full, one.name: "yes"} for one in rules.values() if _is_typed(one)]

        for one in wrong:
            status, body = await planiso.call(name, one)
            assert (status, body["code"], body["data"]) == (400, 400, []), (name, one)


def _is_typed(rule: FieldRule) -> bool:
    return rule.type != "string" or bool(rule.format)


async def test_parameters_and_bodies_are_refused_where_none_are_documented(
    planiso: Planiso,
) -> None:
    for name, operation in OPERATIONS.items():
        url = planiso.url(operation)
        answers = [await planiso.ask(operation.method, f"{url}?page=2", form_or_none(name))]
        if name not in WRITES:
            answers.append(await planiso.ask(operation.method, url, {"no": "1"}))
        assert [status for status, _body in answers] == [400] * len(answers), name


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="no provider documents here")
@pytest.mark.parametrize("name", [name for name in WRITES if name not in PLACEHOLDERS])
async def test_the_documented_request_is_taken(planiso: Planiso, name: str) -> None:
    planiso.sandbox.state.planiso.settings.unknown_references = "accept"
    example = orjson.loads((EXAMPLES / f"{name}.request.json").read_bytes())
    # Null stands where the document has a warning in place of the organization.
    sent = {key: value for key, value in example.items() if value is not None}

    status, body = await planiso.call(name, sent)

    assert status == OPERATIONS[name].status, body
