"""Tables for people: each fits into 80 columns, and no name or number in it is cut short.

And what stands in place of them: lines that are as long as they are, and JSON.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from textwrap import indent
from typing import Any

import orjson
from rich.console import JustifyMethod
from rich.markup import escape
from rich.table import Table


def table(*columns: str, numbers: Collection[str] = ()) -> Table:
    """A table whose last column folds where the others leave it too little room."""
    made = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for name in columns:
        folds = name == columns[-1] and name not in numbers
        justify: JustifyMethod = "right" if name in numbers else "left"
        made.add_column(name, justify=justify, overflow="fold", no_wrap=not folds)
    return made


def sentence(*words: str | None) -> str:
    """The last cell of a row: all that there is to say, to be folded between words."""
    return escape(" ".join(word for word in words if word))


def when(iso: str | None, now: datetime) -> str:
    """A time of day in UTC, or the date of another day."""
    if iso is None:
        return "never"
    at = datetime.fromisoformat(iso)
    return f"{at:%H:%M:%S}" if at.date() == now.date() else f"{at:%Y-%m-%d}"


NAMES = 12
"""Columns that the names of facts take, one below the other."""


def fact(name: str, value: str) -> str:
    """A name and what there is to say of it, the lines of which stand below one another."""
    return f"{name:<{NAMES - 1}} {indent(value, ' ' * NAMES).lstrip()}"


def in_full(at: datetime) -> str:
    """A time in full, in UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def as_text(value: Any) -> str:
    """JSON for programs, and for people who want to see all."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode()
