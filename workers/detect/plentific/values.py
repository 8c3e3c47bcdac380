"""Values of Plentific in the form that events give them: times, custom data."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

from events.base import format_instant, parse_instant
from workers.detect.stream import Json


def instant(text: Any) -> str | None:
    """Return a row's time as events write it; what is no time stays as it is."""
    if not isinstance(text, str):
        return None
    try:
        return format_instant(parse_instant(text))
    except ValueError:
        return text


def latest_of(*names: str) -> Callable[[Json], datetime | None]:
    """Return a function that finds the latest of these times in a row's state."""

    def latest(state: Json) -> datetime | None:
        found = []
        for name in names:
            with suppress(TypeError, ValueError):
                found.append(parse_instant(state[name]))
        return max(found, default=None)

    return latest


def plain(value: Any) -> Any:
    """Return custom data as JSON has it: details are read with exact decimals."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return float(value) if isinstance(value, Decimal) else value
