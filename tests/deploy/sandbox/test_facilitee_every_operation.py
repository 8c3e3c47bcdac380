"""Every operation of the simulated Facilitee over HTTP: taken and answered as documented."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import orjson
import pytest

from deploy.sandbox import Sandbox, SandboxState, running_sandbox
from deploy.sandbox.documented import Documented, FieldRule, operations
from deploy.sandbox.exchange import JSON_TYPE
from deploy.sandbox.facilitee.one_of_each import one_of_each
from tests.deploy.sandbox.conftest import Clock
from tests.deploy.sandbox.raw_http import RawConnection
from tests.paths import SHARED

EXAMPLES = SHARED / "providers" / "examples" / "facilitee"
OPERATIONS = {name: one for name, one in operations("facilitee").items() if name != "create_token"}
WRITES = [name for name, one in OPERATIONS.items() if one.body is not None]
PERIOD = "fromDateTime=2026-01-01T00:00:00.000Z&toDateTime=2027-01-01T00:00:00.000Z"
# The required query parameters, by operation; keys of `one_of_each` in braces.
QUERIES: Mapping[str, str] = {
    "get_owner_id_by_email": "email={owner_email}",
    "get_property_manager_id_by_email": "email={manager_email}",
    "get_property_user_id_by_email": "email={property_user_email}",
    "list_property_units": "propertyId={propertyId}",
    "change_property_unit_owner": "newOwnerId={new_owner_id}",
    "remove_property_user_from_property_unit": "propertyUserId={propertyUserId}",
    "list_issues": PERIOD,
}


class Facilitee:
    """A sandbox with one of each record, asked over a bare connection."""

    def __init__(self, sandbox: Sandbox, ids: dict[str, str], connection: RawConnection) -> None:
        self.sandbox = sandbox
        self.ids = ids
        self._connection = connection

    def url(self, operation: Documented) -> str:
        """The path with existing ids, and the query that is required."""
        query = QUERIES.get(operation.name, "").format(**self.ids)
        path = operation.path.format(**self.ids)
        return f"/facilitee/api/public{path}" + (f"?{query}" if query else "")

    async def ask(
        self, method: str, url: str, body: Any = None, content_type: str = JSON_TYPE
    ) -> tuple[int, Any]:
        sent = b"" if body is None else orjson.dumps(body)
        await self._connection.send(method, url, sent, content_type)
        status, _headers, answer = await self._connection.answer()
        return status, orjson.loads(answer) if answer else None

    async def call(self, name: str, body: Any = None) -> tuple[int, Any]:
        operation = OPERATIONS[name]
        return await self.ask(operation.method, self.url(operation), body)

    def body(self, name: str) -> dict[str, Any]:
        """A body with every documented field."""
        body = {one.name: self._value(one) for one in (OPERATIONS[name].body or {}).values()}
        return {**body, "countryCode": "+31"} if "company" in name else body

    def body_or_none(self, name: str) -> dict[str, Any] | None:
        return self.body(name) if name in WRITES else None

    def _value(self, rule: FieldRule) -> Any:
        if rule.fields:
            return {one.name: self._value(one) for one in rule.fields.values()}
        if rule.name in ("propertyUserIds", "contactId"):
            number = int(self.ids["propertyUserId"])
            return [number] if rule.type == "array" else number
        if rule.name == "ownerCompanyId":
            return int(self.ids["companyId"])
        texts = {"email": "new@example.com", "countryCode": "31", "phoneNumber": "984356578"}
        values: dict[str, Any] = {
            "array": [],
            "integer": int(self.ids.get(rule.name, "1")),
            "number": 650.5,
            "boolean": False,
            "string": texts.get(rule.name, f"Some {rule.name}"),
        }
        if rule.format == "date-time":
            return "2026-01-01T00:00:00.000Z"
        return values[rule.type]


@pytest.fixture
async def facilitee(clock: Clock) -> AsyncIterator[Facilitee]:
    state = SandboxState(clock)
    ids = one_of_each(state)
    token = state.facilitee.tokens.issue(state.now(), 60)
    async with (
        running_sandbox(state) as sandbox,
        RawConnection(sandbox.host, sandbox.port, token) as connection,
    ):
        yield Facilitee(sandbox, ids, connection)


def differences(rules: Mapping[str, FieldRule], body: Any, path: str = "") -> Iterator[str]:
    """Where a body has other fields than documented; nothing is inside of null and []."""
    for one in body if isinstance(body, list) else [body]:
        if not isinstance(one, dict):
            continue
        yield from (f"{path}{name} is missing" for name in rules.keys() - one.keys())
        yield from (f"{path}{name} is not documented" for name in one.keys() - rules.keys())
        for name, rule in rules.items():
            if rule.fields:
                yield from differences(rule.fields, one.get(name), f"{path}{name}.")


def example_of(name: str) -> Any:
    """The documented answer; None where there is none, or no documents."""
    path = EXAMPLES / f"{name}.response.json"
    return orjson.loads(path.read_bytes()) if path.is_file() else None


def unlike(answer: Any, example: Any, path: str = "") -> Iterator[str]:
    """What an example shows and the answer does not, or as another type."""
    if example is None or answer is None or answer == []:
        return
    if isinstance(example, list):
        for one in answer:
            yield from unlike(one, example[0], path)
    elif isinstance(example, dict):
        for name, value in example.items():
            place = f"{path}.{name}"
            if name not in answer:
                yield f"{place} is missing"
            else:
                yield from unlike(answer[name], value, place)
    elif type(answer) is not type(example) and not isinstance(answer, int | float):
        yield f"{path} is {answer!r}, the example has {example!r}"


def nulls(body: Any, path: str = "") -> Iterator[str]:
    """Where a body has null or an empty array."""
    if body is None or body == []:
        yield path
    for one in body if isinstance(body, list) else [body]:
        for name, inside in one.items() if isinstance(one, dict) else ():
            yield from nulls(inside, f"{path}.{name}" if path else name)


@pytest.mark.parametrize("name", OPERATIONS)
async def test_every_operation_answers_exactly_the_documented_fields(
    facilitee: Facilitee, name: str
) -> None:
    operation = OPERATIONS[name]

    status, answer = await facilitee.call(name, facilitee.body_or_none(name))

    assert status == operation.status, answer
    assert list(differences(operation.answer, answer)) == []
    assert list(unlike(answer, example_of(name))) == []
    assert (answer is None) == name.startswith(("delete_property_",))


async def test_one_of_each_leaves_no_field_of_a_read_empty(facilitee: Facilitee) -> None:
    reads = [name for name, one in OPERATIONS.items() if one.method == "GET"]

    empty = {place for name in reads for place in nulls((await facilitee.call(name))[1])}

    assert empty == {"attachments"}


@pytest.mark.parametrize("name", WRITES)
async def test_a_write_comes_back_in_its_answer(facilitee: Facilitee, name: str) -> None:
    body = facilitee.body(name)

    _status, answer = await facilitee.call(name, body)

    repeated = {one: answer[one] for one in body if one in answer and one not in ("tags",)}
    assert {one: _without_id(value) for one, value in repeated.items()} == {
        one: body[one] for one in repeated
    }
    assert repeated or name.startswith("assign_")


def _without_id(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: one for name, one in value.items() if name != "id"}


async def test_what_the_document_does_not_have_is_refused(facilitee: Facilitee) -> None:
    for name in WRITES:
        full = facilitee.body(name)
        required = [one.name for one in (OPERATIONS[name].body or {}).values() if one.required]
        wrong = [{**full, "color": "red"}, *({**full, one: None} for one in full), [], "text"]
        wrong += [{key: full[key] for key in full if key != one} for one in required]

        assert required
        for body in wrong:
            status, problem = await facilitee.call(name, body)
            assert (status, problem["Type"]) == (400, "/problems/bad-request"), (name, body)


async def test_undocumented_parameters_and_missing_ones_are_refused(facilitee: Facilitee) -> None:
    for name, operation in OPERATIONS.items():
        url = facilitee.url(operation)
        urls = [url + ("&" if "?" in url else "?") + "color=red"]
        urls += [url.partition("?")[0]] if name in QUERIES else []
        for wrong in urls:
            answer = await facilitee.ask(operation.method, wrong, facilitee.body_or_none(name))
            assert answer[0] == 400, name
            assert answer[1]["Type"] == "/problems/bad-request", name


async def test_every_operation_wants_a_content_type(facilitee: Facilitee) -> None:
    for name, operation in OPERATIONS.items():
        body = facilitee.body_or_none(name)
        url = facilitee.url(operation)
        status, problem = await facilitee.ask(operation.method, url, body, "")
        assert (status, problem["Detail"]) == (400, "Content-Type must be application/json."), name


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="no provider documents here")
@pytest.mark.parametrize("name", WRITES)
async def test_the_documented_request_is_taken(facilitee: Facilitee, name: str) -> None:
    facilitee.sandbox.state.facilitee.settings.unknown_references = "accept"
    example = orjson.loads((EXAMPLES / f"{name}.request.json").read_bytes())

    status, answer = await facilitee.call(name, example)

    assert status == 200, answer
    assert list(differences(OPERATIONS[name].answer, answer)) == []
