"""The envelope around every answer."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from adapters.essensys.envelope import read_envelope, read_rows
from adapters.http.call import Answer
from adapters.http.errors import Ambiguous, MalformedAnswer
from tests.adapters.essensys.documents import example, names, needs_documents

OK = {"id": "1", "status": "OK", "datetimeutc": "06/07/2017 16:02:02"}


def answer(body: Any, error: type[MalformedAnswer | Ambiguous] = MalformedAnswer) -> Answer:
    return Answer(
        status=200,
        headers=httpx.Headers(),
        body=body,
        raw=orjson.dumps(body),
        complain=lambda detail: error("operate", "query", detail),
    )


@needs_documents
@pytest.mark.parametrize("name", names("get"))
def test_every_documented_answer_gives_its_only_list_whatever_it_is_called(name: str) -> None:
    body = example(f"{name}.get")

    envelope = read_rows(answer(body), f"{name}s")

    assert envelope.rows
    assert envelope.server_time is not None
    assert [envelope.rows] == [v for v in body["response"].values() if isinstance(v, list)]


@needs_documents
def test_the_documented_answer_to_a_delete_has_no_list() -> None:
    assert read_envelope(answer(example("area.delete_response")), "areas").rows is None


@pytest.mark.parametrize("rest", [{"areas": []}, {"areas": None}, {"totalCount": "0"}])
def test_none_is_an_empty_list_a_null_or_a_count_of_zero(rest: dict[str, Any]) -> None:
    assert read_rows(answer({"response": {**OK, **rest}}), "areas").rows == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (None, "no response object"),
        ([], "no response object"),
        ({"accounts": []}, "no response object"),
        ({"response": {"status": "ERROR", "areas": []}}, "status 'ERROR'"),
        ({"response": {"areas": []}}, "status 'None'"),
        ({"response": OK}, "no list areas"),
        ({"response": {**OK, "totalCount": "3"}}, "no list areas"),
        ({"response": {**OK, "a": [], "b": []}}, "several lists"),
        ({"response": {**OK, "areas": ["x"]}}, "something else than records"),
    ],
)
@pytest.mark.parametrize("error", [MalformedAnswer, Ambiguous])
def test_anything_else_is_unreadable(
    body: Any, reason: str, error: type[MalformedAnswer | Ambiguous]
) -> None:
    with pytest.raises(error, match=reason):
        read_rows(answer(body, error), "areas")


def test_the_expected_list_is_taken_where_there_are_several() -> None:
    body = {"response": {**OK, "warnings": [], "areas": [{"areaid": "1"}]}}

    assert read_rows(answer(body), "areas").rows == [{"areaid": "1"}]


def test_an_unreadable_server_time_is_no_reason_to_doubt_the_answer() -> None:
    body = {"response": {**OK, "datetimeutc": "soon", "areas": []}}

    assert read_rows(answer(body), "areas").server_time is None
