"""What Plentific's bad answers mean, and what they say.

Sources: plentific.txt, the responses of every operation. Rejections have a `detail`, except that a
bulk import is refused entity by entity; 404, 405, 500 and most conflicts have no body at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from adapters.http.classify import STATUSES, OnStatus, Rules
from adapters.http.errors import Problem, Rejected, Transient


def problem_of(body: Any) -> Problem | None:
    """The words of a bad answer; None where it has none.

    The complaints of a bulk import are placed as in the request, such as `estates[0].postcode`.
    """
    if not isinstance(body, dict):
        return None
    detail = body.get("detail")
    fields = dict(_complaints(body))
    if not isinstance(detail, str) and not fields:
        return None
    return Problem(detail=detail if isinstance(detail, str) else None, fields=fields)


def _complaints(body: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for kind, entities in body.items():
        for number, entity in enumerate(entities if isinstance(entities, list) else ()):
            for name, messages in entity.items() if isinstance(entity, dict) else ():
                if isinstance(messages, list):
                    yield f"{kind}[{number}].{name}", tuple(map(str, messages))


RULES: Final = Rules(
    problem=problem_of,
    # 424: a file could not be had from where Plentific keeps it, which may pass.
    statuses={**STATUSES, 424: OnStatus(Transient, Rejected)},
)
