"""The row and the detail of one entity: whether they say the same, and what follows if not.

A detail may be newer than the row for which it was read, and may write the same thing otherwise. A
row that counts as known is not looked at again, so that it must show nothing older than what was
told.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from events.base import parse_instant
from workers.detect.stream import Json, Known, Stream


def shown_now(stream: Stream, row: Json | None, known: Known | None, state: Json) -> Json:
    """What is shown of an entity now, to be compared with what only its row has said so far.

    Without a row, that is what row and detail must agree in; where that has changed, whatever else
    the detail says otherwise has changed with it. What a row shows and its detail does not show yet
    is left for the next look, whose event can carry it.
    """
    if row is not None:
        shown = stream.row_state(row)
        was = known.state if known and not known.complete else {}
        return shown | {name: was[name] for name in shown if _is(was, state, name)}
    shown = {name: state[name] for name in stream.agree}
    if known is None or known.complete or not has_changed(stream, known, state):
        return shown
    names = stream.row_state({stream.id_field: ""})
    return shown | {name: state[name] for name in names if not _same(known.state, state, name)}


def has_changed(stream: Stream, known: Known | None, state: Json) -> bool:
    """Whether a detail says otherwise in what rows write as details do."""
    was = known.state if known else {}
    return any(name in was and was[name] != state[name] for name in stream.agree)


def counts_as_known(stream: Stream, row: Json | None, known: Known | None, state: Json) -> bool:
    """Whether the row that was seen last, now or earlier, needs no second look.

    Without a row now, that is so if nothing has changed that rows show: a row that shows it changed
    back would be taken for the one of before.
    """
    if row is None:
        names = stream.row_state({stream.id_field: ""})
        return known is not None and all(_same(known.state, state, name) for name in names)
    shown = stream.row_state(row)
    if any(shown[name] != state[name] for name in stream.agree):
        return False  # the detail is older or newer than its row: the next look decides
    was = known.state if known and known.complete else {}
    return all(_same(was, state, name) or not _same(was, shown, name) for name in shown)


def is_complete(
    stream: Stream, row: Json | None, known: Known | None, state: Json, *, second_look: bool
) -> bool:
    """Whether a detail can take the place of what only a row has said so far.

    Where they differ in what rows show, it has changed or is written otherwise. The next row tells,
    compared with the row of before; at that second look, the detail is taken as it is, unless it
    differs in what rows write as details do: that has changed since the row was read.
    """
    if known is None or known.complete:
        return True
    shown = known.state if row is None else stream.row_state(row)
    if row is not None and second_look:
        return all(shown[name] == state[name] for name in stream.agree)
    return all(_same(shown, state, name) for name in shown)


def _is(one: Json, other: Json, name: str) -> bool:
    return name in one and name in other and bool(one[name] == other[name])


def _same(one: Json, other: Json, name: str) -> bool:
    """Whether both say the same of a field, times to the second; what one lacks does not differ."""
    if name not in one or name not in other or one[name] == other[name]:
        return True
    at = _second(one[name])
    return at is not None and at == _second(other[name])


def _second(value: object) -> datetime | None:
    with suppress(ValueError, OverflowError):  # at the edge of the calendar there is no UTC
        return parse_instant(value).replace(microsecond=0) if isinstance(value, str) else None
    return None
