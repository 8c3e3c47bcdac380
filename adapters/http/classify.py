"""Which error a bad answer is, as tables that each provider may amend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.http.errors import (
    Ambiguous,
    Conflict,
    NotFound,
    Problem,
    ProviderError,
    Rejected,
    Transient,
    Unauthorised,
)


@dataclass(frozen=True)
class OnStatus:
    """What a status means for a read and for a write."""

    read: type[ProviderError]
    write: type[ProviderError]


def both(error: type[ProviderError]) -> OnStatus:
    """The same for a read and for a write."""
    return OnStatus(error, error)


Statuses = Mapping[int, OnStatus]
"""By status, or by its hundreds (4 for every other 4xx)."""

STATUSES: Statuses = {
    3: OnStatus(Rejected, Ambiguous),  # not followed: the token belongs to this host
    307: both(Rejected),  # these two promise that nothing was done here
    308: both(Rejected),
    4: both(Rejected),
    401: both(Unauthorised),
    403: both(Unauthorised),
    404: both(NotFound),
    408: OnStatus(Transient, Ambiguous),
    409: both(Conflict),
    410: both(NotFound),
    425: both(Transient),
    429: both(Transient),
    5: OnStatus(Transient, Ambiguous),
}

UNHEARD_OF = OnStatus(Transient, Ambiguous)

TOKEN_STATUSES: Statuses = {
    3: both(Transient),
    4: both(Transient),
    400: both(Unauthorised),
    401: both(Unauthorised),
    403: both(Unauthorised),
    5: both(Transient),
}


def status_as_sent(status: int, _body: Any, _write: bool) -> int:
    """The HTTP status itself: what all but one provider mean."""
    return status


def no_words(_body: Any) -> Problem | None:
    """No problem is read: the provider documents no body of an error."""
    return None


@dataclass(frozen=True)
class Rules:
    """How one provider's answers are judged.

    Attributes:
        status: The status that is meant, from the HTTP status, the decoded body and whether the
            call was a write; only an answer with a body is asked about.
        problem: Reads the provider's words from the decoded body of a bad answer.
        types: What a problem's type means; it says more than the status, so it goes first.
        statuses: What a status means.
    """

    status: Callable[[int, Any, bool], int] = status_as_sent
    problem: Callable[[Any], Problem | None] = no_words
    types: Mapping[str, OnStatus] = field(default_factory=dict)
    statuses: Statuses = field(default_factory=lambda: STATUSES)

    def error(self, status: int, problem: Problem | None, *, write: bool) -> type[ProviderError]:
        """The error that a status outside 2xx is; one that no table has says neither yes nor no."""
        found = self.types.get(problem.type or "") if problem is not None else None
        if found is None:
            found = self.statuses.get(status) or self.statuses.get(status // 100) or UNHEARD_OF
        return found.write if write else found.read


TOKEN_RULES = Rules(statuses=TOKEN_STATUSES)
