"""What can go wrong with essensys: values that do not fit, and answers that say no.

Errors are not documented, neither statuses nor bodies. So statuses mean what they usually mean,
and of a body only what looks like the documented envelope is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.http.classify import Rules
from adapters.http.errors import Problem


class FormatError(ValueError):
    """A value does not fit the format that the document gives for it."""


def problem_of(body: Any) -> Problem | None:
    """What the envelope around a bad answer says, if there is one and it says anything."""
    response = body.get("response", body) if isinstance(body, Mapping) else None
    if not isinstance(response, Mapping):
        return None
    status, message = response.get("status"), response.get("message")
    problem = Problem(
        type=status if isinstance(status, str) and status != "OK" else None,
        detail=message if isinstance(message, str) else None,
    )
    return problem if problem != Problem() else None


RULES: Final = Rules(problem=problem_of)
