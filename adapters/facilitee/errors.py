"""What a bad answer of Facilitee means (facilitee.txt: "Errors")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.http.classify import OnStatus, Rules, both
from adapters.http.errors import (
    Ambiguous,
    Conflict,
    NotFound,
    Problem,
    Rejected,
    Transient,
    Unauthorised,
)

# Something broke on the way: nothing tells whether a write had its effect before.
_BROKEN: Final = OnStatus(Transient, Ambiguous)

# Which status comes with which type is not documented. `/problems/error`, the type of all that has
# no other, says nothing by itself and is left to the status.
TYPES: Final[Mapping[str, OnStatus]] = {
    "/problems/entity-not-found": both(NotFound),
    "/problems/user-already-exists": both(Conflict),
    "/problems/file-upload": _BROKEN,
    "/problems/one-click-login": both(Rejected),
    "/problems/issue-status": both(Rejected),
    "/problems/forbidden-action": both(Rejected),
    "/problems/auto-mapper": _BROKEN,  # it may be the answer that could not be made
    "/problems/mailing": _BROKEN,  # what was to be told by mail may stand already
    "/problems/authorization-error": both(Unauthorised),
    "/problems/invalid-format": both(Rejected),
    "/problems/invalid-credentials": both(Unauthorised),
    "/problems/bad-request": both(Rejected),
}


def problem_of(body: Any) -> Problem | None:
    """The problem details in an answer: documented with capitals, in RFC 7807 without."""
    if not isinstance(body, dict):
        return None
    words = {str(name).lower(): value for name, value in body.items()}
    type_, title, detail = (_text(words.get(name)) for name in ("type", "title", "detail"))
    if type_ is None and title is None and detail is None:
        return None
    return Problem(type=type_, title=title, detail=detail)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


RULES: Final = Rules(problem=problem_of, types=TYPES)
