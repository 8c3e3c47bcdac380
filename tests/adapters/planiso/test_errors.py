"""Which error an answer is, by its status, its code and its data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from adapters.http.errors import (
    Ambiguous,
    Conflict,
    MalformedAnswer,
    NotFound,
    ProviderError,
    Rejected,
    Transient,
    Unauthorised,
)
from adapters.planiso.client import PlanisoClient
from adapters.planiso.errors import problem_of
from adapters.planiso.models.projects import ProjectChange, ProjectNew
from tests.adapters.planiso.scripted_server import answering, envelope


def finding(client: PlanisoClient) -> Awaitable[Any]:
    return client.find_project("8")


def creating(client: PlanisoClient) -> Awaitable[Any]:
    return client.create_project(ProjectNew(custom_no="w", name="N"))


def changing(client: PlanisoClient) -> Awaitable[Any]:
    return client.update_project(ProjectChange(name="N"), "8")


def deleting(client: PlanisoClient) -> Awaitable[Any]:
    return client.delete_user("8")


Action = Callable[[PlanisoClient], Awaitable[Any]]


async def error_of(action: Action, status: int, body: Any) -> ProviderError:
    async with answering(status, body) as (client, _):
        with pytest.raises(ProviderError) as raised:
            await action(client)
    return raised.value


@pytest.mark.parametrize(
    ("action", "status", "error"),
    [
        (finding, 401, Unauthorised),
        (finding, 403, Unauthorised),
        (finding, 402, Transient),
        (finding, 404, NotFound),
        (finding, 429, Transient),
        (finding, 500, Transient),
        (creating, 400, Rejected),
        (creating, 401, Unauthorised),
        (creating, 402, Ambiguous),
        (creating, 409, Conflict),
        (creating, 429, Transient),
        (creating, 500, Ambiguous),
        (changing, 404, NotFound),
        (changing, 409, Conflict),
        (deleting, 404, NotFound),
        (deleting, 500, Ambiguous),
    ],
)
@pytest.mark.parametrize("http_status", [None, 200], ids=["the status", "the code alone"])
async def test_a_bad_status_and_a_bad_code_in_a_good_answer_are_the_same_error(
    action: Action, status: int, error: type[ProviderError], http_status: int | None
) -> None:
    body = envelope(status, {}, "Something is wrong with Jo Doe")
    raised = await error_of(action, http_status or status, body)

    assert type(raised) is error
    assert raised.status == status
    assert raised.problem is not None
    assert raised.problem.title == "Something is wrong with Jo Doe"
    assert "Doe" not in str(raised)


@pytest.mark.parametrize("http_status", [400, 200])
async def test_what_is_not_there_may_be_answered_by_400_and_an_empty_array(
    http_status: int,
) -> None:
    raised = await error_of(finding, http_status, envelope(400, []))

    assert type(raised) is NotFound
    assert str(raised) == "planiso: find_project: Not Found (404); check the id"


@pytest.mark.parametrize("action", [creating, changing, deleting])
async def test_a_write_that_is_answered_so_is_refused(action: Action) -> None:
    raised = await error_of(action, 400, envelope(400, []))

    assert type(raised) is Rejected
    assert raised.status == 400


async def test_a_read_that_is_refused_with_a_reason_is_not_taken_for_absent() -> None:
    raised = await error_of(finding, 400, envelope(400, ["no must be a number"]))

    assert type(raised) is Rejected


async def test_the_http_status_goes_before_the_code() -> None:
    assert type(await error_of(finding, 500, envelope(404, []))) is Transient
    assert type(await error_of(creating, 409, envelope(200, {"no": 1}))) is Conflict


@pytest.mark.parametrize("code", ["404", 404])
async def test_a_code_may_be_text(code: int | str) -> None:
    raised = await error_of(finding, 200, {"code": code, "message": "", "data": []})

    assert type(raised) is NotFound


@pytest.mark.parametrize("code", [None, True, "bad", 200, 204])
async def test_a_code_that_says_nothing_bad_changes_nothing(code: Any) -> None:
    async with answering(200, {"code": code, "data": {"no": "8"}}) as (client, _):
        assert (await client.find_project("8")).model.no == "8"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, envelope(200, [], "Customer deleted successfully")),
        (200, envelope(204, [], "user deleted successfully")),
        (200, b""),
        (204, b""),
    ],
)
async def test_a_deactivation_is_done_with_a_body_or_without(status: int, body: Any) -> None:
    async with answering(status, body) as (client, server):
        await client.delete_user("8")

    assert server.methods() == ["DELETE"]


async def test_a_204_with_a_body_which_no_http_has_may_have_been_done() -> None:
    # planiso.txt:547 shows one. On the wire, nobody can tell such a body from the next answer.
    async with answering(204, envelope(204, [], "user deleted successfully")) as (client, server):
        for _ in range(2):
            with pytest.raises(Ambiguous):
                await client.delete_user("8")

    assert server.methods() == ["DELETE", "DELETE"]


async def test_an_error_without_an_envelope_is_judged_by_its_status() -> None:
    raised = await error_of(creating, 502, b"<html>Bad gateway</html>")
    assert type(raised) is Ambiguous
    assert raised.problem is None

    raised = await error_of(finding, 200, b"<html>Please log in</html>")
    assert type(raised) is MalformedAnswer


@pytest.mark.parametrize(
    ("data", "detail", "fields"),
    [
        ([], None, {}),
        (None, None, {}),
        ("name is empty", "name is empty", {}),
        (["name is empty", "brand too"], "name is empty; brand too", {}),
        ([{"field": "name", "error": "empty"}], "field: name; error: empty", {}),
        ({"name": "is empty", "year": ["is text", 3]}, None, {
            "name": ("is empty",), "year": ("is text", "3"),
        }),
        ({"organization": {"email": ["is none"]}}, None, {"organization": ("email: is none",)}),
        ({"name": None, "brand": "", "fax": []}, None, {}),
    ],
)  # fmt: skip
def test_the_data_of_an_error_is_read_whatever_its_shape(
    data: Any, detail: str | None, fields: dict[str, tuple[str, ...]]
) -> None:
    problem = problem_of(envelope(400, data, "Bad"))

    assert problem is not None
    assert (problem.title, problem.detail, problem.fields) == ("Bad", detail, fields)


@pytest.mark.parametrize("body", [None, [], "Bad", 400])
def test_there_are_no_words_where_there_is_no_envelope(body: Any) -> None:
    assert problem_of(body) is None


async def test_data_nested_without_end_does_no_harm() -> None:
    body = b'{"code":400,"message":"Bad","data":' + b"[" * 900 + b"]" * 900 + b"}"
    raised = await error_of(creating, 400, body)

    assert type(raised) is Rejected
    assert raised.problem is not None
    assert raised.problem.detail is None
