"""Facilitee's errors: problem details with its own, capitalised keys."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.sandbox.exchange import Answer, json_answer

# Of the documented types, those that the sandbox has a use for.
TITLES: Mapping[str, str] = {
    "entity-not-found": "The requested entity was not found",
    "user-already-exists": "The user conflicts with an existing user",
    "forbidden-action": "The action is forbidden",
    "authorization-error": "The request is not authorized",
    "invalid-format": "A value has the wrong format",
    "invalid-credentials": "The credentials are wrong",
    "bad-request": "The request is invalid",
    "error": "The request failed",
}


class Problem(Exception):
    """Answered as problem details of a documented type."""

    def __init__(self, status: int, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind


def bad_request(detail: str) -> Problem:
    """The request is not as documented."""
    return Problem(400, "bad-request", detail)


def invalid_format(detail: str) -> Problem:
    """A value is not spelled as documented."""
    return Problem(400, "invalid-format", detail)


def not_found(entity: str, record_id: object) -> Problem:
    """There is no such record."""
    return Problem(404, "entity-not-found", f"{entity} with id {record_id} not found in database.")


def problem_answer(problem: Problem, path: str) -> Answer:
    """The documented error body."""
    body = {
        "Type": f"/problems/{problem.kind}",
        "Title": TITLES[problem.kind],
        "Status": problem.status,
        "Detail": str(problem),
        "Instance": path,
        "Extensions": {},
    }
    return json_answer(problem.status, body)
