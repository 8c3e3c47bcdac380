"""Planiso's lists, which come whole: no paging, filter or order is documented."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from adapters.http.call import Answer
from adapters.http.lists import WholeList


def data_of(answer: Answer) -> Any:
    """What an answer holds: its `data`.

    Raises:
        MalformedAnswer: it has none (`Ambiguous` where the call was a write).
    """
    if not isinstance(answer.body, dict) or "data" not in answer.body:
        raise answer.unreadable("the answer has no data")
    return answer.body["data"]


PAGING: Final = partial(WholeList, content=data_of)
