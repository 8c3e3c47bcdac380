"""Every documented operation of the simulated Plentific, over real HTTP, as its document has it."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
import pytest

from deploy.sandbox import SandboxState, running_sandbox
from deploy.sandbox.documented import Documented, FieldRule, operations
from deploy.sandbox.plentific.data import CLIENT_ID, CLIENT_SECRET, ORGANISATION_UUID, PlentificData
from deploy.sandbox.plentific.identity import uuid_of
from deploy.sandbox.plentific.one_of_each import one_of_each
from deploy.sandbox.plentific.operations import HANDLERS
from tests.deploy.sandbox.conftest import Clock
from tests.deploy.sandbox.raw_http import RawConnection
from tests.deploy.sandbox.shapes import differences as spelled_otherwise
from tests.paths import SHARED

EXAMPLES = SHARED / "providers" / "examples" / "plentific"
needs_examples = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="no provider documents here")
JSON = "application/json"
PREFIX = "/plentific/2021-10-28"
OPERATIONS = operations("plentific")
WITH_BODY = [name for name, one in OPERATIONS.items() if one.encoding == "application/json"]
BINARY = ("get_file", "get_invoice_pdf")
# Whose documented bodies name no other record (or, in an import, name the same import).
REFERRING_TO_NOTHING = (
    "create_property_group",
    "create_webhook_subscription",
    "create_token",
    "create_work_order_contact",
)
NOT_A_LIST = "list_unpaid_invoices_bank_transfer_payment_details"  # by its words only
DESCRIPTION = "The fictional tap in the kitchen drips day and night."

# What a minimal body says where a made-up value of the right type is not enough.
GIVEN: Mapping[str, Any] = {
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "organisation_uuid": ORGANISATION_UUID,
    "organisations": [ORGANISATION_UUID],
    "property_uuid": "PROP-001",
    "property": {"external_reference": "PROP-001"},
    "category_uuid": uuid_of("category/plumber"),
    "faults": [{"description": DESCRIPTION, "service_uuid": uuid_of("service/plumbing")}],
    "parameters": {"organisations": [ORGANISATION_UUID]},
    "endpoint_url": "https://example.com/hook",
    "matching_events": ["work_order.*"],
    "email": "somebody@example.com",
    "is_enabled": True,
    "is_private": False,
    "external_reference": "NEW-1",
}


@dataclass
class Answer:
    """One answer as it came over the wire; header names and values in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass
class Stocked:
    """One connection to a sandbox that has one record of everything."""

    state: SandboxState
    connection: RawConnection
    ids: Mapping[str, str] = field(default_factory=dict)

    def restock(self) -> None:
        """Begin anew: the call before may have deleted or changed something."""
        data = self.state.plentific
        self.state.plentific = PlentificData(data.settings, data.tokens)
        self.ids = one_of_each(self.state)

    async def call(
        self,
        operation: Documented,
        body: Any = None,
        *,
        query: str = "",
        media_type: str = JSON,
        headers: Mapping[str, str] | None = None,
        nowhere: bool = False,
    ) -> Answer:
        """Call an operation with the ids that exist, or with others; JSON unless it is bytes."""
        ids = dict(self.ids)
        if operation.name == "create_invoice_bank_transfer_payment_details":
            ids["invoice_uuid"] = ids["invoice_without_bank_details_uuid"]
        given = dict.fromkeys(ids, str(UUID(int=7))) if nowhere else ids
        path = PREFIX + operation.path.format(**given) + query
        content = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        await self.connection.send(operation.method, path, content, media_type, headers)
        return Answer(*await self.connection.answer())


@pytest.fixture
async def stocked(clock: Clock) -> AsyncIterator[Stocked]:
    state = SandboxState(clock)
    token = state.plentific.tokens.issue(state.now(), 3600)
    async with (
        running_sandbox(state) as sandbox,
        RawConnection(sandbox.host, sandbox.port, token) as connection,
    ):
        stocked = Stocked(state, connection)
        stocked.restock()
        yield stocked


def minimal(rules: Mapping[str, FieldRule]) -> dict[str, Any]:
    """A body with every required field and nothing else."""
    return {name: _made_up(rule) for name, rule in rules.items() if rule.required}


def _made_up(rule: FieldRule) -> Any:
    if rule.name in GIVEN:
        return GIVEN[rule.name]
    if rule.enum:
        return rule.enum[0]
    return "fictional"


def sent_to(operation: Documented) -> tuple[Any, dict[str, Any]]:
    """The body of a plain, right call, and what else belongs to it."""
    if operation.name == "upload_file":
        headers = {"X-Plentific-File": '{"name": "a.pdf"}', "Accept": JSON}
        return b"%PDF-1.4", {"headers": headers, "media_type": "application/pdf"}
    if operation.name == "get_file":
        return None, {"headers": {"Accept": "application/octet-stream"}}
    return (minimal(operation.body or {}) if operation.encoding else None), {}


def differences(rules: Mapping[str, FieldRule], shown: Any, place: str = "") -> Iterator[str]:
    """Where an object is not exactly the documented one; anything may be null."""
    if list(shown) != list(rules):
        yield f"{place}: {sorted(set(shown) ^ set(rules))} or another order"
        return
    for name, rule in rules.items():
        yield from _value_differences(rule, shown[name], f"{place}.{name}")


def _value_differences(rule: FieldRule, value: Any, place: str) -> Iterator[str]:
    kinds = {"string": str, "integer": int, "number": int | float, "boolean": bool, "array": list}
    if value is None:
        return
    # The document contradicts itself here: text in the table, a number in the example.
    if not isinstance(value, kinds.get(rule.type, dict)) and rule.name not in NUMBERS:
        yield f"{place}: {value!r} is not {rule.type}"
    if isinstance(value, dict) and rule.fields:
        yield from differences(rule.fields, value, place)
    if isinstance(value, list) and rule.fields:
        for one in value:
            yield from differences(rule.fields, one, place)
    if rule.enum and isinstance(value, str) and value not in rule.enum:
        yield f"{place}: {value!r} is not documented"
    if rule.format == "uuid" and isinstance(value, str):
        UUID(value)


NUMBERS = ("company_registration_number",)


def test_every_documented_operation_is_simulated() -> None:
    assert len(OPERATIONS) == 100
    assert list(HANDLERS.keys() ^ OPERATIONS.keys()) == []


async def test_an_operation_answers_what_is_documented_and_nothing_else(stocked: Stocked) -> None:
    for name, operation in OPERATIONS.items():
        stocked.restock()
        body, more = sent_to(operation)

        answer = await stocked.call(operation, body, **more)

        assert answer.status == operation.status, (name, answer.body)
        assert_headers(operation, answer)
        if operation.answer:
            rows = answer.json if isinstance(answer.json, list) else [answer.json]
            assert rows, f"{name}: a list without a row proves nothing"
            assert [found for row in rows for found in differences(operation.answer, row)] == []
        else:
            assert answer.body == b"" or name in BINARY


def assert_headers(operation: Documented, answer: Answer) -> None:
    """The headers that the document gives an operation, and not those that it gives others."""
    for header in ("X-Api-Version", "X-Resource-Id"):
        assert (header.lower() in answer.headers) == (header in operation.headers), operation.name
    is_paged = operation.paged and operation.name != NOT_A_LIST
    assert ("x-pagination-count" in answer.headers) == is_paged, operation.name


@needs_examples
async def test_answers_are_spelled_as_in_the_examples(stocked: Stocked) -> None:
    readable = [name for name, one in OPERATIONS.items() if one.method == "GET" and one.answer]
    for name in readable:
        answer = await stocked.call(OPERATIONS[name])

        expected = example(f"{name}.response")
        found = spelled_otherwise(answer.json, expected, nullable=frozenset(), free=frozenset())
        assert [line for line in found if " is null, " not in line] == [], name


def example(name: str) -> Any:
    return orjson.loads((EXAMPLES / f"{name}.json").read_bytes())


@needs_examples
async def test_the_documented_bodies_are_taken(stocked: Stocked) -> None:
    stocked.state.plentific.settings.unknown_references = "accept"
    for name in (name for name in WITH_BODY if name != "create_token"):  # of other credentials
        stocked.restock()

        answer = await stocked.call(OPERATIONS[name], example(f"{name}.request"))

        assert answer.status == OPERATIONS[name].status, (name, answer.body)


@needs_examples
async def test_what_the_documented_bodies_refer_to_does_not_exist(stocked: Stocked) -> None:
    referring = [name for name in WITH_BODY if name.startswith("create_")]
    for name in (name for name in referring if name not in REFERRING_TO_NOTHING):
        answer = await stocked.call(OPERATIONS[name], example(f"{name}.request"))

        assert answer.status == 400, name


def places(rules: Mapping[str, FieldRule], path: tuple[Any, ...] = ()) -> Iterator[Any]:
    """Every field of a body with the way to it."""
    for name, rule in rules.items():
        yield (*path, name), rule
        inside = (*path, name, 0) if rule.type == "array" else (*path, name)
        yield from places(rule.fields, inside)


def wrong_bodies(name: str) -> Iterator[tuple[str, Any]]:
    """Right bodies with one thing wrong, and the word that the refusal must have."""
    rules = OPERATIONS[name].body or {}
    right = minimal(rules)
    yield "undocumented", {**right, "undocumented": 1}
    for path, rule in places(rules):
        if rule.required and len(path) == 1:
            yield rule.name, {key: one for key, one in right.items() if key != rule.name}
        if rule.enum and len(path) == 1:
            value: Any = ["nonsense"] if rule.type == "array" else "nonsense"
            yield rule.name, {**right, rule.name: value}
        if rule.required and len(path) == 3 and path[0] in right:
            cut = copy.deepcopy(right)
            cut[path[0]][0].pop(rule.name)
            yield rule.name, cut


async def test_a_wrong_body_is_refused_in_one_line(stocked: Stocked) -> None:
    for name in WITH_BODY:
        for place, body in wrong_bodies(name):
            answer = await stocked.call(OPERATIONS[name], body)

            assert answer.status == 400, (name, place, body)
            assert list(answer.json) == ["detail"]
            assert place in answer.json["detail"]
            assert "\n" not in answer.json["detail"]


async def test_every_filter_is_taken_and_an_undocumented_one_is_not(stocked: Stocked) -> None:
    samples = {"uuid": ORGANISATION_UUID, "date": "2026-03-02", "email": "a@example.com"}
    for operation in (one for one in OPERATIONS.values() if one.query):
        for rule in operation.query.values():
            value = rule.enum[-1] if rule.enum else samples.get(rule.format, "text")
            answer = await stocked.call(operation, query=f"?{rule.name}={value}")
            assert answer.status == 200, (operation.name, rule.name)
        answer = await stocked.call(operation, query="?modified_since=2026-03-02")
        assert answer.status == 400, operation.name
        assert "modified_since" in answer.json["detail"]


async def test_what_does_not_exist_is_404_without_a_body(stocked: Stocked) -> None:
    for name, operation in OPERATIONS.items():
        if "{" in operation.path:
            body, more = sent_to(operation)

            answer = await stocked.call(operation, body, nowhere=True, **more)

            assert (answer.status, answer.body) == (404, b""), name


async def test_every_operation_but_one_needs_a_token(stocked: Stocked) -> None:
    stocked.state.plentific.tokens.expire_all()
    for name, operation in OPERATIONS.items():
        body, more = sent_to(operation)

        answer = await stocked.call(operation, body, **more)

        assert answer.status == (200 if name == "create_token" else 401), name
