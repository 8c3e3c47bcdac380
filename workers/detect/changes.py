"""What most streams tell of a change: it was created, updated, or did one special thing."""

from __future__ import annotations

from collections.abc import Callable

from events.base import parse_instant
from workers.detect.stream import Change, Json, Told, Transition, history_before

Special = Callable[[Change, Json], str | None]
"""The last part of the event type of a change that is more than an update; None: it is no more."""


def created_or_updated(
    entity: str,
    created_at: str | None = None,
    created: str = "created",
    special: Special | None = None,
) -> Callable[[Change], Told]:
    """A function that tells one transition a change: creation, a special one, or an update.

    Args:
        entity: The beginning of the event types, such as `planiso.project`.
        created_at: The field of the state with the time of creation, where the state has one.
        created: The last part of the event type that tells of a new one.
        special: Finds out whether a change is more than an update.
    """

    def told(change: Change) -> Told:
        if change.before is None:
            return _first_sight(change, entity, created_at, created, special)
        previous = change.edits
        if not previous:
            return Told([], change.before.marks)
        happened = (special(change, previous) if special else None) or "updated"
        return Told([_step(change, f"{entity}.{happened}", previous)], change.before.marks)

    return told


def _first_sight(
    change: Change, entity: str, created_at: str | None, created: str, special: Special | None
) -> Told:
    text = change.after.get(created_at) if created_at else None
    at = parse_instant(text) if isinstance(text, str) else None
    # What was removed and came back is created again, and that is another event than the first.
    identity = created if change.version == 0 else change.next_version
    first = Transition(f"{entity}.{created}", identity, at, change.after, None)
    steps = [first]
    if special and (happened := special(change, {})):
        steps.append(Transition(f"{entity}.{happened}", happened, at, change.after, {}))
    if at is None:
        return Told(steps)  # it has no time: what came into view is new as far as anybody can tell
    return history_before(change.baseline, steps)


def _step(change: Change, event_type: str, previous: Json) -> Transition:
    return Transition(event_type, change.next_version, None, change.after, previous)


def turned(field: str, value: object, happened: str) -> Special:
    """The special thing that a field took a value: `turned("active", False, "deactivated")`."""

    def special(change: Change, previous: Json) -> str | None:
        is_so = change.after[field] == value
        return happened if is_so and (change.before is None or field in previous) else None

    return special


def first_of(*specials: Special) -> Special:
    """The first special thing that a change is."""

    def special(change: Change, previous: Json) -> str | None:
        return next((found for one in specials if (found := one(change, previous))), None)

    return special
