from __future__ import annotations

from typing import Any

import pytest

from adapters.http.auth import BearerAuth, Grant
from adapters.http.call import Call
from adapters.http.classify import STATUSES, OnStatus, Rules, both
from adapters.http.errors import (
    Ambiguous,
    Conflict,
    MalformedAnswer,
    NotFound,
    Problem,
    ProviderError,
    Rejected,
    Transient,
    Unauthorised,
)
from tests.adapters.http.conftest import OpenClient
from tests.adapters.http.servers import Handler, Seen, Wire, raw_server
from tests.adapters.http.test_client import READ, WRITE


def words(body: Any) -> Problem | None:
    """A provider's words, as most providers say them."""
    if not isinstance(body, dict) or "title" not in body:
        return None
    return Problem(
        type=body.get("type"),
        title=body["title"],
        detail=body.get("detail"),
        fields={place: tuple(said) for place, said in body.get("errors", {}).items()},
    )


def said_in_body(status: int, body: Any, write: bool) -> int:
    """A provider whose every answer is 200 and says in its body what is meant."""
    return int(body.get("status", status))


def answering(status: int, body: Any) -> Handler:
    async def answer(seen: Seen, wire: Wire) -> None:
        await wire.answer(status, body)

    return answer


@pytest.mark.parametrize(
    ("status", "read", "write"),
    [
        (404, NotFound, NotFound),
        (451, Rejected, Rejected),
        (502, Transient, Ambiguous),
        (302, Rejected, Ambiguous),
        (101, Transient, Ambiguous),
        (999, Transient, Ambiguous),
        (0, Transient, Ambiguous),
    ],
)
def test_a_status_is_judged_by_itself_then_by_its_hundreds_and_else_says_neither_yes_nor_no(
    status: int, read: type[ProviderError], write: type[ProviderError]
) -> None:
    assert Rules().error(status, None, write=False) is read
    assert Rules().error(status, None, write=True) is write


def test_a_type_that_a_provider_documents_says_more_than_the_status() -> None:
    rules = Rules(types={"duplicate": both(Conflict), "busy": OnStatus(Transient, Ambiguous)})

    assert rules.error(400, Problem(type="duplicate"), write=True) is Conflict
    assert rules.error(400, Problem(type="busy"), write=False) is Transient
    assert rules.error(400, Problem(type="busy"), write=True) is Ambiguous
    assert rules.error(400, Problem(type="unheard-of"), write=True) is Rejected
    assert rules.error(400, Problem(), write=True) is Rejected
    assert rules.error(401, None, write=True) is Unauthorised


def test_a_providers_amended_table_leaves_the_common_one_as_it_is() -> None:
    rules = Rules(statuses={**STATUSES, 404: both(Transient)})

    assert rules.error(404, None, write=False) is Transient
    assert Rules().error(404, None, write=False) is NotFound


async def test_the_providers_words_come_with_the_error_and_not_in_its_line(
    open_client: OpenClient,
) -> None:
    said = {
        "type": "duplicate",
        "title": "Exists",
        "detail": "Jo Doe lives there",
        "errors": {"name": ["taken", "too short"]},
    }
    async with raw_server(answering(400, said)) as server:
        client = open_client(
            server.url, rules=Rules(problem=words, types={"duplicate": both(Conflict)})
        )
        with pytest.raises(Conflict) as raised:
            await client.send(WRITE)

    problem = raised.value.problem
    assert problem == Problem(
        "duplicate", "Exists", "Jo Doe lives there", {"name": ("taken", "too short")}
    )
    assert "Doe" not in f"{raised.value} {problem!r} {raised.value!r}"


async def test_the_providers_words_are_without_secrets_and_no_longer_than_an_excerpt(
    open_client: OpenClient,
) -> None:
    said = {
        "type": "token=hush-hush",
        "title": "Bearer hush-hush",
        "detail": "password=hush-hush " + "x" * 5000,
        "errors": {"secret=hush-hush": ['"api_key": "hush-hush"']},
    }
    async with raw_server(answering(422, said)) as server:
        with pytest.raises(Rejected) as raised:
            await open_client(server.url, rules=Rules(problem=words)).send(WRITE)

    problem = raised.value.problem
    assert problem is not None
    every = [problem.type, problem.title, problem.detail, *problem.fields]
    every += [one for complaints in problem.fields.values() for one in complaints]
    assert all(text and "hush" not in text and "***" in text for text in every)
    assert len(problem.detail or "") == 2000


@pytest.mark.parametrize("body", [b"", b"null", b"<html>", b"[1]", b'{"half'])
async def test_a_body_without_the_documented_words_gives_no_problem(
    body: bytes, open_client: OpenClient
) -> None:
    async with raw_server(answering(409, body)) as server:
        with pytest.raises(Conflict) as raised:
            await open_client(server.url, rules=Rules(problem=words)).send(WRITE)

    assert raised.value.problem is None


async def test_a_status_said_in_the_body_is_the_one_that_counts(open_client: OpenClient) -> None:
    async with raw_server(answering(200, {"status": 404, "title": "No such thing"})) as server:
        client = open_client(server.url, rules=Rules(status=said_in_body, problem=words))
        with pytest.raises(NotFound, match=r"Not Found \(404\)") as raised:
            await client.send(READ)

    assert raised.value.status == 404
    assert raised.value.problem == Problem(title="No such thing")


async def test_a_bad_status_whose_body_says_that_it_is_good_is_good(
    open_client: OpenClient,
) -> None:
    async with raw_server(answering(404, {"status": 200, "rows": []})) as server:
        client = open_client(server.url, rules=Rules(status=said_in_body))
        answer = await client.send(READ)

        with pytest.raises(MalformedAnswer, match="an answer came instead of a file"):
            await client.stream(READ).__aenter__()

    assert answer.status == 200
    assert answer.body == {"status": 200, "rows": []}


@pytest.mark.parametrize("body", [b"", b"<html>"])
async def test_without_a_body_that_can_be_read_the_status_as_sent_counts(
    body: bytes, open_client: OpenClient
) -> None:
    async with raw_server(answering(503, body)) as server:
        with pytest.raises(Transient):
            await open_client(server.url, rules=Rules(status=said_in_body)).send(READ)


async def test_a_broken_answer_is_never_taken_for_a_good_one(open_client: OpenClient) -> None:
    async def whole_json_but_not_all_of_it(seen: Seen, wire: Wire) -> None:
        await wire.answer(200, b'{"status": 200}', content_length=50)
        wire.drop()

    async with raw_server(whole_json_but_not_all_of_it) as server:
        client = open_client(server.url, rules=Rules(status=said_in_body))
        with pytest.raises(MalformedAnswer, match="broke off after 15 bytes"):
            await client.send(READ)


async def test_a_call_for_bytes_reads_the_words_of_a_refusal_all_the_same(
    open_client: OpenClient,
) -> None:
    call = Call("get_pdf", "GET", "/pdf", decoding="bytes")
    async with raw_server(answering(404, {"title": "No such file"})) as server:
        with pytest.raises(NotFound) as raised:
            await open_client(server.url, rules=Rules(problem=words)).send(call)

    assert raised.value.problem == Problem(title="No such file")


async def test_a_token_answer_is_judged_by_its_own_rules_and_not_the_providers(
    open_client: OpenClient,
) -> None:
    rules = Rules(status=said_in_body, statuses={**STATUSES, 400: both(Conflict)})
    async with raw_server(answering(400, {"status": 200, "access_token": "T"})) as server:
        client = open_client(server.url, rules=rules, auth=BearerAuth(Grant("/token", {})))
        with pytest.raises(Unauthorised):
            await client.send(READ)
