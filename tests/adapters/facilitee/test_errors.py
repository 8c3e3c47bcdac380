from __future__ import annotations

import json

import pytest

from adapters.facilitee.errors import RULES, problem_of
from adapters.facilitee.models.owners import OwnerNew
from adapters.http.errors import (
    Ambiguous,
    Conflict,
    NotFound,
    ProviderError,
    Rejected,
    Transient,
    Unauthorised,
)
from tests.adapters.facilitee.documented_server import DocumentedServer, connected

OWNER = OwnerNew(email="o@example.com", name="O")


def problem(kind: str, *, capitals: bool = True) -> str:
    words = {"Type": f"/problems/{kind}", "Title": "A title", "Status": 0, "Detail": "of o@e.com"}
    return json.dumps(words if capitals else {k.lower(): v for k, v in words.items()})


async def failure(server: DocumentedServer, *, write: bool) -> ProviderError:
    async with connected(server) as client:
        with pytest.raises(ProviderError) as caught:
            await (client.create_owner(OWNER) if write else client.get_owner(7))
    return caught.value


@pytest.mark.parametrize(
    ("kind", "read", "write"),
    [
        ("entity-not-found", NotFound, NotFound),
        ("user-already-exists", Conflict, Conflict),
        ("file-upload", Transient, Ambiguous),
        ("one-click-login", Rejected, Rejected),
        ("issue-status", Rejected, Rejected),
        ("forbidden-action", Rejected, Rejected),
        ("auto-mapper", Transient, Ambiguous),
        ("mailing", Transient, Ambiguous),
        ("authorization-error", Unauthorised, Unauthorised),
        ("invalid-format", Rejected, Rejected),
        ("invalid-credentials", Unauthorised, Unauthorised),
        ("bad-request", Rejected, Rejected),
    ],
)
@pytest.mark.parametrize("status", [400, 500])
def test_a_problem_means_the_same_under_any_status(
    kind: str, status: int, read: type[ProviderError], write: type[ProviderError]
) -> None:
    words = problem_of(json.loads(problem(kind)))

    assert RULES.error(status, words, write=False) is read
    assert RULES.error(status, words, write=True) is write


@pytest.mark.parametrize("kind", ["error", "something-new"])
@pytest.mark.parametrize(
    ("status", "read", "write"),
    [
        (400, Rejected, Rejected),
        (403, Unauthorised, Unauthorised),
        (404, NotFound, NotFound),
        (405, Rejected, Rejected),
        (500, Transient, Ambiguous),
    ],
)
def test_a_problem_that_says_nothing_leaves_it_to_the_status(
    kind: str, status: int, read: type[ProviderError], write: type[ProviderError]
) -> None:
    words = problem_of(json.loads(problem(kind)))

    assert RULES.error(status, words, write=False) is read
    assert RULES.error(status, words, write=True) is write


@pytest.mark.parametrize("capitals", [True, False])
async def test_a_problem_is_read_with_capitals_or_without(capitals: bool) -> None:
    answer = problem("user-already-exists", capitals=capitals)
    error = await failure(DocumentedServer(status=400, answer=answer), write=True)

    assert type(error) is Conflict
    assert error.problem is not None
    assert error.problem.type == "/problems/user-already-exists"
    assert (error.problem.title, error.problem.detail) == ("A title", "of o@e.com")


async def test_what_a_problem_tells_of_people_is_not_in_the_line_for_logs() -> None:
    answer = problem("user-already-exists")
    error = await failure(DocumentedServer(status=400, answer=answer), write=True)

    assert str(error) == (
        "facilitee: create_owner: Bad Request (400); look at what the provider already has"
    )


@pytest.mark.parametrize("answer", ["", "[]", "{}", '"no"', "<html>", '{"Type": 5}'])
async def test_a_failure_without_a_problem_is_judged_by_its_status(answer: str) -> None:
    error = await failure(DocumentedServer(status=500, answer=answer), write=True)

    assert type(error) is Ambiguous
    assert error.problem is None


async def test_an_unknown_address_that_is_told_as_a_problem_gives_no_id() -> None:
    server = DocumentedServer(status=400, answer=problem("entity-not-found"))
    async with connected(server) as client:
        assert await client.get_owner_id_by_email("nobody@example.com") is None


async def test_a_failed_search_for_an_address_is_no_unknown_address() -> None:
    server = DocumentedServer(status=400, answer=problem("bad-request"))
    async with connected(server) as client:
        with pytest.raises(Rejected):
            await client.get_owner_id_by_email("nobody@example.com")
