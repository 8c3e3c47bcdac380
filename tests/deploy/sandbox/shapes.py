"""Compare a served body with a documented example: same keys, same JSON types, same spellings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

TIME_SPELLINGS = (
    r"\d{4}-\d\d-\d\d",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z",
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
    r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d",
)


def differences(
    served: Any, example: Any, *, nullable: frozenset[str], free: frozenset[str], path: str = ""
) -> Iterator[str]:
    """What differs; `nullable` paths may be null, what lies below `free` paths is not compared.

    A null in the example may be served as null or text: the examples show no other case.
    """
    if path in free:
        return
    if served is None or example is None:
        if served is None and example is not None and path not in nullable:
            yield f"{path} is null, the example has {example!r}"
        elif served is not None and not isinstance(served, str):
            yield f"{path} is {served!r}, the example is null"
        return
    if kind(served) != kind(example):
        yield f"{path} is {kind(served)} {served!r}, the example has {kind(example)} {example!r}"
        return
    if isinstance(example, dict):
        if list(served) != list(example):
            yield f"{path} has keys {list(served)}, the example {list(example)}"
            return
        for key in example:
            yield from differences(
                served[key], example[key], nullable=nullable, free=free, path=f"{path}.{key}"
            )
    if isinstance(example, list) and example:
        for item in served:
            yield from differences(item, example[0], nullable=nullable, free=free, path=f"{path}[]")


def kind(value: Any) -> str:
    """The JSON type, and for text the spelling of a time if it is one."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        spelling = next((form for form in TIME_SPELLINGS if re.fullmatch(form, value)), "")
        return f"string {spelling}".strip()
    return type(value).__name__
