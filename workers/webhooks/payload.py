"""Which entities a delivery is about, read from whatever shape it has.

Plentific documents the names of its events, not their payloads. So the kind comes from the event's
name, and the ids from wherever the payload names one of that kind.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

EVENT_NAMES = ("event", "event_type", "event_name", "type", "name")
PLACES = ("data", "resource", "object")
"""Where an event is said to hold what it is about."""
ANY = "*"
"""In place of an id: something of this kind changed, and nobody says what."""
DEEPEST = 8
MOST_IDS = 50

# The first part of an event's name, to the kind of entity; some names are about others.
KINDS: Mapping[str, str] = {
    "work_order": "work_order",
    "repair_report": "work_order",
    "booking": "booking",
    "completion_report": "completion_report",
    "quote": "quote",
    "outstanding_issue": "outstanding_issue",
    "invoice": "invoice",
}
CHILDREN = frozenset({"booking", "completion_report", "quote", "outstanding_issue"})
"""Kinds that are found through their work order only."""


@dataclass(frozen=True, order=True)
class Hinted:
    """Something may have changed about an entity, or (`ANY`) about one of its kind.

    For a child of a work order `entity_id` is the work order's.
    """

    kind: str
    entity_id: str


def hinted(payload: Any) -> list[Hinted]:
    """What to look at; every kind at `ANY` where the payload cannot be made sense of."""
    kind = _kind(payload)
    if kind is None:
        return [Hinted(one, ANY) for one in sorted(set(KINDS.values()))]
    named = "work_order" if kind in CHILDREN else kind
    ids = list(dict.fromkeys(_ids(payload, named, alone=kind == named)))[:MOST_IDS]
    return [Hinted(kind, one) for one in ids] or [Hinted(kind, ANY)]


def _kind(payload: Any) -> str | None:
    if not isinstance(payload, dict):
        return None
    for name in EVENT_NAMES:
        value = payload.get(name)
        if isinstance(value, str) and (kind := KINDS.get(value.partition(".")[0])):
            return kind
    return None


def _ids(payload: dict[str, Any], kind: str, *, alone: bool) -> Iterator[str]:
    """The uuids that are said to be of a kind; `alone`: a plain `uuid` is meant as one."""
    yield from _named(payload, kind, DEEPEST)
    if alone:
        for place in (*map(payload.get, PLACES), payload):
            if isinstance(place, dict):
                yield from _uuid(place.get("uuid"))


def _named(value: Any, kind: str, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(value, list):
        for one in value[:MOST_IDS]:
            yield from _named(one, kind, depth - 1)
    elif isinstance(value, dict):
        for suffix in ("_uuid", "_id"):
            yield from _uuid(value.get(kind + suffix))
        if isinstance(own := value.get(kind), dict):
            yield from _uuid(own.get("uuid"))
        for one in value.values():
            if isinstance(one, dict | list):
                yield from _named(one, kind, depth - 1)


def _uuid(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            yield str(UUID(value))
