"""Tables for people: each fits into 80 columns, and no name or number in it is cut short."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

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
