"""What is read of an answer that says no, although none is documented."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.essensys.errors import problem_of
from adapters.http.errors import Problem, Rejected
from tests.adapters.essensys.operate import answers, envelope, operate


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (None, None),
        ("no", None),
        ([], None),
        ({}, None),
        ({"response": None}, None),
        ({"response": {"status": "OK"}}, None),
        ({"response": {"status": 5, "message": {}}}, None),
        ({"response": {"status": "ERROR"}}, Problem(type="ERROR")),
        ({"response": {"status": "ERROR", "message": "no"}}, Problem(type="ERROR", detail="no")),
        ({"message": "denied"}, Problem(detail="denied")),
    ],
)
def test_a_problem_is_read_where_there_is_one(body: Any, problem: Problem | None) -> None:
    assert problem_of(body) == problem


async def test_a_refusal_carries_the_providers_words_but_does_not_tell_them() -> None:
    refusal = answers(envelope(status="INVALID", message="Sam Carter is unknown"), status=400)
    async with operate(refusal) as provider:
        with pytest.raises(Rejected) as failure:
            await provider.client.accounts.delete("1")

    assert failure.value.problem == Problem(type="INVALID", detail="Sam Carter is unknown")
    assert "Sam" not in str(failure.value)
