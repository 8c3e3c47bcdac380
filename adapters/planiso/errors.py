"""Which error an answer of Planiso is, and what it says of it.

Sources: planiso.txt, "Standardized Responses" and "Universal HTTP Codes". Every answer is
`{code, message, data}`, errors as well; no error is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from adapters.http.classify import STATUSES, OnStatus, Rules
from adapters.http.errors import Ambiguous, Problem, Transient
from adapters.http.paging import whole_number

DEEPEST: Final = 4  # levels of an error's data that are read


def status_meant(status: int, body: Any, write: bool) -> int:
    """The status that an answer means: the HTTP status, unless it is good and `code` is not.

    A record that is not there is said to be answered by 400 and an empty array in one place of
    the document and by 404 in another. Only a read says so in this way: of a write, 400 is a
    refusal.
    """
    if not isinstance(body, dict):
        return status
    code = whole_number(body.get("code"))
    if 200 <= status < 300 and code is not None and code >= 400:
        status = code
    return 404 if status == 400 and not write and body.get("data") == [] else status


def problem_of(body: Any) -> Problem | None:
    """What Planiso says of an error: `message`, and in `data` something whose shape is not shown.

    The data's words are taken by field where it is an object, else together.
    """
    if not isinstance(body, dict):
        return None
    data, message = body.get("data"), body.get("message")
    fields = {}
    if isinstance(data, dict):
        complaints = {name: tuple(_words(value, DEEPEST)) for name, value in data.items()}
        fields = {name: words for name, words in complaints.items() if words}
    words = [] if isinstance(data, dict) else _words(data, DEEPEST)
    return Problem(
        title=message if isinstance(message, str) else None,
        detail="; ".join(words) or None,
        fields=fields,
    )


def _words(value: Any, levels: int) -> Iterator[str]:
    if levels == 0:
        return
    if isinstance(value, dict):
        for name, one in value.items():
            for words in _words(one, levels - 1):
                yield f"{name}: {words}"
    elif isinstance(value, list):
        for one in value:
            yield from _words(one, levels - 1)
    elif value is not None and value != "":
        yield str(value)


RULES: Final = Rules(
    status=status_meant,
    problem=problem_of,
    # 402 is "request failed", although the parameters were valid. That nothing was done is not
    # said, and creating a customer makes two records: a write is looked for before it is repeated.
    statuses={**STATUSES, 402: OnStatus(Transient, Ambiguous)},
)
