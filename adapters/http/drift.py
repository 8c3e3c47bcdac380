"""Drift: what answers hold by now that neither their document nor their past would have told.

New fields and undocumented values are counted in every answer. Of one answer in ten it is counted
too which fields were empty, and of which JSON type the others were: a field that is suddenly empty
most of the time, or another type than ever before, is a finding. Nothing of what an answer says is
kept, and what is kept is bounded; nothing here ever fails a call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel

from adapters.http import metrics

SAMPLED: Final = 10
"""One answer in so many of a model is looked through for empty fields and types."""
WINDOW: Final = 100
"""So many samples make a share of empty ones that can be compared with the one before."""
LEAP: Final = 0.5
"""A share of empty ones that moved this far has changed."""
MOST_FIELDS: Final = 5_000
MOST_FINDINGS: Final = 500
"""Of one connection; the findings not seen for longest go first."""
DEEPEST: Final = 4
"""Models within models that are looked through."""
LONGEST_NAME: Final = 80

NEW_FIELD: Final = "new field"
NEW_VALUE: Final = "undocumented value"
KINDS: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (bool, "flag"),
    (str, "text"),
    ((int, float, Decimal), "number"),
    (list, "list"),
    (dict, "object"),
)

Json = dict[str, Any]
Place = tuple[str, str]
"""A model's name, and the way to a field in it, such as `property.uuid`."""


@dataclass
class Seen:
    """What a field looked like in some samples."""

    samples: int = 0
    empty: int = 0
    kinds: set[str] = field(default_factory=set)


@dataclass
class Taken:
    """What was counted of one connection since the last time."""

    connection: str
    found: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    fields: dict[Place, Seen] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """Something about a field that should be known; times are ISO 8601, UTC."""

    model: str
    field: str
    what: str
    count: int
    first_at: str
    last_at: str


class Watch:
    """What this process has counted and nobody has taken yet."""

    def __init__(self, sampled: int = SAMPLED) -> None:
        self._sampled = sampled
        self._turns: Counter[tuple[str, str]] = Counter()
        self._taken: dict[str, Taken] = {}

    def unknown(self, connection: str, model: str, name: str, what: str) -> None:
        """Count a field or a value that the model does not know."""
        found = self._of(connection).found
        key = model, name[:LONGEST_NAME], what
        if key in found or len(found) < MOST_FINDINGS:
            found[key] += 1

    def sample(self, connection: str, parsed: BaseModel, raw: Any) -> None:
        """Now and then, count which fields of an answer are empty and what the others are."""
        model = type(parsed).__name__
        turn = self._turns[connection, model]
        self._turns[connection, model] += 1
        if turn % self._sampled:
            return
        fields = self._of(connection).fields
        for place, empty, kind in _looked_through(parsed, raw, "", DEEPEST):
            key = model, place
            if key not in fields and len(fields) >= MOST_FIELDS:
                continue
            seen = fields.setdefault(key, Seen())
            seen.samples += 1
            seen.empty += empty
            seen.kinds |= {kind} if kind else set()

    def take(self) -> list[Taken]:
        """What was counted since the last time, by connection."""
        taken, self._taken = self._taken, {}
        return list(taken.values())

    def _of(self, connection: str) -> Taken:
        return self._taken.setdefault(connection, Taken(connection))


WATCH: Final = Watch()
"""What all clients of this process count into, as they do into the metrics."""


def _looked_through(
    parsed: BaseModel, raw: Any, above: str, deepest: int
) -> Iterator[tuple[str, bool, str | None]]:
    """Each field's place, whether it is empty, and the JSON type that was sent."""
    for name, info in type(parsed).model_fields.items():
        value = getattr(parsed, name)
        sent = raw.get(info.alias or name) if isinstance(raw, Mapping) else None
        place = above + name
        yield place, value is None or value == (), _kind(sent)
        if deepest > 1:
            for part, its in _parts(value, sent):
                yield from _looked_through(part, its, f"{place}.", deepest - 1)


def _parts(value: Any, sent: Any) -> Iterator[tuple[BaseModel, Any]]:
    if isinstance(value, BaseModel):
        yield value, sent
    elif isinstance(value, tuple) and isinstance(sent, list):
        yield from (pair for pair in zip(value, sent, strict=False) if _is_model(pair[0]))


def _is_model(value: Any) -> bool:
    return isinstance(value, BaseModel)


def _kind(sent: Any) -> str | None:
    return next((name for types, name in KINDS if isinstance(sent, types)), None)


def fold(stored: Json | None, taken: Taken, now: datetime) -> Json:
    """Add what was taken to what is stored of a connection, as JSON, and find what has changed.

    Types and shares of empty ones are compared with what is stored; a share, when a window of
    samples is full. What was found becomes the new measure, so that it is found once.
    """
    stored = stored or {}
    fields = {(one["model"], one["field"]): one for one in stored.get("fields", ())}
    found = Counter(taken.found)
    for place, seen in taken.fields.items():
        if place in fields or len(fields) < MOST_FIELDS:
            was = fields.get(place) or _unseen(place)
            fields[place], changes = _compared(was, seen, taken.connection)
            found.update((*place, what) for what in changes)
    findings = _added([Finding(**one) for one in stored.get("findings", ())], found, now)
    return {"findings": [asdict(one) for one in findings], "fields": list(fields.values())}


def findings(stored: Json) -> list[Finding]:
    """What is stored of a connection to be shown, the latest first."""
    return [Finding(**one) for one in stored["findings"]]


def _unseen(place: Place) -> Json:
    model, name = place
    return {"model": model, "field": name, "samples": 0, "empty": 0, "kinds": [], "share": None}


def _compared(was: Json, seen: Seen, connection: str) -> tuple[Json, list[str]]:
    """A field's record with what was seen added, and what that says is different."""
    labels = connection, was["model"], was["field"]
    changes: list[str] = []
    settled, share = was["share"] is not None, was["share"]
    if settled and (other := seen.kinds.difference(was["kinds"])) and was["kinds"]:
        changes.append(f"{', '.join(sorted(other))}, was {', '.join(was['kinds'])}")
        metrics.type_changes.labels(*labels).inc()
    samples, empty = was["samples"] + seen.samples, was["empty"] + seen.empty
    if samples >= WINDOW:
        now = empty / samples
        if settled and abs(now - share) >= LEAP:
            changes.append(f"empty in {now:.0%}, was {share:.0%}")
            metrics.null_rate_changes.labels(*labels).inc()
            share = now
        share, samples, empty = now if share is None else share, 0, 0
    kinds = sorted(seen.kinds.union(was["kinds"]))
    after = {**was, "samples": samples, "empty": empty, "kinds": kinds, "share": share}
    return after, changes


def _added(
    known: list[Finding], found: Counter[tuple[str, str, str]], now: datetime
) -> list[Finding]:
    by_key = {(one.model, one.field, one.what): one for one in known}
    at = now.isoformat()
    for key, count in found.items():
        was = by_key.get(key)
        first, before = (was.first_at, was.count) if was else (at, 0)
        by_key[key] = Finding(*key, count=before + count, first_at=first, last_at=at)
    latest = sorted(by_key.values(), key=lambda one: one.last_at, reverse=True)
    return latest[:MOST_FINDINGS]
