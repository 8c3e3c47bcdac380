"""Which error an HTTP status is, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.http.errors import (
    Ambiguous,
    Conflict,
    NotFound,
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

TOKEN_STATUSES: Statuses = {
    3: both(Transient),
    4: both(Transient),
    400: both(Unauthorised),
    401: both(Unauthorised),
    403: both(Unauthorised),
    5: both(Transient),
}


def error_for(status: int, statuses: Statuses, *, write: bool) -> type[ProviderError]:
    """The error that a status outside 2xx is."""
    found = statuses.get(status) or statuses.get(status // 100) or both(Rejected)
    return found.write if write else found.read
