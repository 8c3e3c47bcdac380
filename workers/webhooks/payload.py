"""Which entities a delivery is about, read from whatever shape it has.

Plentific documents the names of its events, not their payloads. So the kind comes from the event's
name, and the ids from wherever the payload names one of that kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

EVENT_NAMES = ("event", "event_type", "event_name", "type", "name")
PLACES = ("data", "resource", "object")
"""Where an event is said to hold what it is about."""
ANY = "*"
"""In place of an id: something of this kind changed, and nobody says what."""
NESTED = (dict, list)
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
NAMES = {kind: (f"{kind}_uuid", f"{kind}_id") for kind in KINDS.values()}
"""What a payload calls the id of an entity of a kind."""


class Hinted(NamedTuple):
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
    ids: list[str] = []
    _add_named(ids, payload, named, DEEPEST)
    if kind == named:  # a plain `uuid` is meant as one
        for place in (*map(payload.get, PLACES), payload):
            if isinstance(place, dict) and "uuid" in place:
                _add(ids, place["uuid"])
    if not ids:
        return [Hinted(kind, ANY)]
    return [Hinted(kind, one) for one in [*dict.fromkeys(ids)][:MOST_IDS]]


def _kind(payload: Any) -> str | None:
    if not isinstance(payload, dict):
        return None
    for name in EVENT_NAMES:
        value = payload.get(name)
        if isinstance(value, str) and (kind := KINDS.get(value.partition(".")[0])):
            return kind
    return None


def _add_named(ids: list[str], value: Any, kind: str, depth: int) -> None:
    """Add the uuids that a part of the payload says to be of a kind, wherever it does."""
    if depth == 0:
        return
    if isinstance(value, list):
        inner: Iterable[Any] = value[:MOST_IDS]
    else:
        for name in NAMES[kind]:
            if name in value:
                _add(ids, value[name])
        if isinstance(own := value.get(kind), dict):
            _add(ids, own.get("uuid"))
        inner = value.values()
    for one in inner:
        if isinstance(one, NESTED):
            _add_named(ids, one, kind, depth - 1)


def _add(ids: list[str], value: Any) -> None:
    if isinstance(value, str):
        with suppress(ValueError):
            ids.append(str(UUID(value)))
