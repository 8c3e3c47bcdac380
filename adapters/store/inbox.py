"""What we have to do: events that a reaction has to answer, each once, in order per key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    TextClause,
    and_,
    bindparam,
    func,
    literal_column,
    null,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import claims, dialects
from adapters.store.bulk import Bulk, Run, Step, run_one
from adapters.store.columns import Headers, Json
from adapters.store.rows import columns_of, values_of
from adapters.store.tables import (
    CLOSED_STATES,
    OPEN_STATES,
    WAITING_STATES,
    reactions,
    state_in,
)

Mode = Literal["live", "dry-run"]
State = Literal["pending", "running", "retrying", "succeeded", "blocked", "dead", "cancelled"]
Outcome = Literal["retrying", "succeeded", "blocked", "dead"]

_WINDOW = 256  # open rows, the oldest, that a claim looks at before it looks at all of them


@dataclass(frozen=True, slots=True)
class NewReaction:
    """An event for a reaction; the pair of `reaction` and `event_id` is unique for ever.

    Blocked or dead, one that `parks` holds back the later ones of its key.
    """

    reaction: str
    event_id: str
    event_type: str
    subject: str
    ordering_key: str
    sequence: int
    value: bytes
    headers: Headers
    mode: Mode
    received_at: datetime
    traceparent: str | None = None
    parks: bool = False


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A reaction to an event and where it stands; `id` rises in the order of `add`.

    `attempts` counts the claims since it was added or last retried by hand. `lease_token` counts
    all claims: with `lease_owner` it says whose turn it is.
    """

    id: int
    reaction: str
    event_id: str
    event_type: str
    subject: str
    ordering_key: str
    sequence: int
    value: bytes
    headers: Headers
    mode: Mode
    state: State
    attempts: int
    next_attempt_at: datetime | None
    lease_owner: str | None
    lease_token: int
    lease_until: datetime | None
    reason: str | None
    outcome: Json
    received_at: datetime
    updated_at: datetime
    traceparent: str | None


_COLUMNS = columns_of(InboxRow, reactions)
# Written once: to put these together costs more than to run them.
_HELD = and_(
    reactions.c.id == bindparam("its_id"),
    reactions.c.state == literal_column("'running'"),
    reactions.c.lease_owner == bindparam("its_owner"),
    reactions.c.lease_token == bindparam("its_token"),
)
"""The row is still under the lease that this owner got with this claim."""
_HOLDING = Bulk(  # nobody takes it over before the commit; SQLite has one writer
    lambda _tx: select(reactions.c.id).where(_HELD).with_for_update(read=True)
)
_EXTEND = Bulk(lambda _tx: update(reactions).where(_HELD), ["lease_until"])
_FINISH = Bulk(
    lambda _tx: update(reactions).where(_HELD),
    [
        *("state", "reason", "outcome", "next_attempt_at"),
        *("lease_owner", "lease_until", "updated_at"),
    ],
)
_RELEASE = Bulk(
    lambda _tx: update(reactions).where(_HELD).values(attempts=reactions.c.attempts - text("1")),
    ["state", "lease_owner", "lease_until", "updated_at"],
)
_HAS_EVENT = text("length(value) > 0")  # else it was forgotten, see `retention`
_OPEN = Bulk(lambda _tx: claims.open_rows())
_KNOWN = select(reactions.c.event_id).where(
    reactions.c.reaction == bindparam("reaction"),
    reactions.c.event_id.in_(bindparam("ids", expanding=True)),
)


async def add(tx: AsyncConnection, events: Iterable[NewReaction]) -> int:
    """Write events in the order given, pending; one that its reaction has already is passed over.

    Returns how many were new.
    """
    new: dict[tuple[str, str], NewReaction] = {}
    ids_by_name: defaultdict[str, list[str]] = defaultdict(list)
    for event in events:
        if new.setdefault((event.reaction, event.event_id), event) is event:
            ids_by_name[event.reaction].append(event.event_id)
    for name, ids in ids_by_name.items():
        for part in dialects.chunks(ids):
            for event_id in await tx.scalars(_KNOWN, {"reaction": name, "ids": part}):
                del new[name, event_id]
    if new:
        # One statement a row, in order: one statement for all would leave the ids' order open.
        statement = dialects.insert(tx, reactions).on_conflict_do_nothing()
        await tx.execute(statement, [_as_pending(event) for event in new.values()])
    return len(new)


async def claim(
    run: Run, owner: str, now: datetime, until: datetime, limit: int, names: Sequence[str]
) -> list[InboxRow]:
    """Take at most `limit` rows of the reactions `names` that may be worked on now, oldest first.

    The rule is in `claims`. They are running then, under a lease of `owner` until `until`; a row
    whose lease ran out is taken over. Pass the row's `lease_token` on to `extending`, `finishing`
    and `release`, so that he from whom it was taken over changes nothing any more.
    """
    if limit <= 0 or not names:
        return []
    window = max(_WINDOW, 4 * limit)
    given = {"now": now, "its_owner": owner, "until": until, **claims.naming(names)}
    taking, counting = _take(tuple(names), windowed=True), _OPEN.one(window=window)
    taken, (_, ((still_open,),)) = await run(
        [taking.one(**given, limit=limit, window=window), counting]
    )
    rows = taken.rows
    if len(rows) < limit and still_open > window:  # the oldest are held back or not due
        taking = _take(tuple(names), windowed=False)
        (taken,) = await run([taking.one(**given, limit=limit - len(rows))])
        rows = [*rows, *taken.rows]
    return sorted((InboxRow(*row) for row in rows), key=attrgetter("id"))


@cache
def _take(names: tuple[str, ...], *, windowed: bool) -> Bulk:
    row = reactions.c
    picked = claims.claimable(names, windowed=windowed).cte("picked")
    return Bulk(
        lambda _tx: (
            update(reactions)
            .where(row.id.in_(select(picked.c.id)))
            .values(
                state=literal_column("'running'"),
                attempts=row.attempts + text("1"),
                next_attempt_at=null(),
                lease_owner=bindparam("its_owner"),
                lease_token=row.lease_token + text("1"),
                lease_until=bindparam("until"),
                updated_at=bindparam("now"),
            )
            .returning(*_COLUMNS)
        ),
        lock=claims.ONE_BY_ONE,
    )


def holding(row_id: int, owner: str, *, token: int) -> Step:
    """The step that returns a claimed row's id where it is ours, and is so until the commit."""
    return _HOLDING.one(its_id=row_id, its_owner=owner, its_token=token)


def extending(row_id: int, owner: str, until: datetime, *, token: int) -> Step:
    """The step that keeps a claimed row until `until`, and changes it where it is ours."""
    return _EXTEND.one(its_id=row_id, its_owner=owner, its_token=token, lease_until=until)


def finishing(
    row_id: int,
    owner: str,
    state: Outcome,
    *,
    token: int,
    now: datetime,
    reason: str | None = None,
    outcome: Json = None,
    next_attempt_at: datetime | None = None,
) -> Step:
    """The step that says how the work on a claimed row ended, and changes it where it is ours.

    `retrying` needs the time of the next attempt (else ValueError) and holds back its key until
    it has ended otherwise.
    """
    if (state == "retrying") != (next_attempt_at is not None):
        raise ValueError(f"{state} with next_attempt_at={next_attempt_at}: only retrying has one")
    return _FINISH.one(
        its_id=row_id,
        its_owner=owner,
        its_token=token,
        state=state,
        reason=reason,
        outcome=outcome,
        next_attempt_at=next_attempt_at,
        lease_owner=None,
        lease_until=None,
        updated_at=now,
    )


async def release(
    tx: AsyncConnection, row_id: int, owner: str, *, token: int, now: datetime
) -> bool:
    """Give back a claimed row unworked, as in a shutdown; False where it is not ours any more.

    It is due at once and the claim does not count as an attempt.
    """
    given_back = _RELEASE.one(
        its_id=row_id,
        its_owner=owner,
        its_token=token,
        state="pending",
        lease_owner=None,
        lease_until=None,
        updated_at=now,
    )
    return await run_one(tx, given_back)


async def retry(tx: AsyncConnection, ids: Iterable[int], now: datetime) -> list[int]:
    """Make ended rows pending again, and retrying ones due now, with all attempts.

    Returns the ids it changed; pending, running and succeeded rows stay as they are, and those
    whose events are forgotten.
    """
    ended = and_(reactions.c.state.in_(["retrying", "blocked", "dead", "cancelled"]), _HAS_EVENT)
    again = {"state": "pending", "attempts": 0, "next_attempt_at": None, "reason": None}
    return await _change(tx, ids, ended, {**again, "updated_at": now})


async def cancel(tx: AsyncConnection, ids: Iterable[int], why: str, now: datetime) -> list[int]:
    """Give rows up that nobody works on and that have not succeeded; their keys go on without them.

    Returns the ids it changed. What they have begun stays in the ledger.
    """
    idle = reactions.c.state.in_(["pending", "retrying", "blocked", "dead"])
    given_up = {"state": "cancelled", "reason": why, "next_attempt_at": None}
    return await _change(tx, ids, idle, {**given_up, "updated_at": now})


async def ids_in(
    tx: AsyncConnection,
    states: Sequence[State],
    names: Sequence[str] | None = None,
    such: Iterable[ColumnElement[bool]] = (),
) -> list[int]:
    """The ids of all rows in these states, or of those of the reactions `names`, oldest first.

    With `such`, only of those that meet these conditions as well, see `narrowing`.
    """
    in_them = reactions.c.state.in_(states)
    chosen = select(reactions.c.id).where(in_them, *_index_hint(states), *such)
    if names is not None:
        chosen = chosen.where(reactions.c.reaction.in_(names))
    return list(await tx.scalars(chosen.order_by(reactions.c.id)))


async def ids_with_outcome(tx: AsyncConnection, state: State, outcome: Json) -> list[int]:
    """The ids of the rows in a state that ended with exactly this outcome, oldest first."""
    chosen = select(reactions.c.id).where(
        reactions.c.state == state, reactions.c.outcome == outcome, *_index_hint([state])
    )
    return list(await tx.scalars(chosen.order_by(reactions.c.id)))


async def make_live(
    tx: AsyncConnection, ids: Iterable[int], names: Sequence[str], now: datetime
) -> list[int]:
    """Make ended dry runs of the reactions `names` pending, to be carried out for real.

    Returns the ids it changed; everything else stays as it is.
    """
    ended = and_(
        reactions.c.reaction.in_(names),
        reactions.c.mode == "dry-run",
        _HAS_EVENT,
        reactions.c.state.in_(["succeeded", "blocked", "dead", "cancelled"]),
    )
    live = {"mode": "live", "state": "pending", "attempts": 0, "outcome": None, "reason": None}
    return await _change(tx, ids, ended, {**live, "updated_at": now})


async def get(tx: AsyncConnection, row_id: int) -> InboxRow | None:
    """One row, or None."""
    row = (await tx.execute(select(*_COLUMNS).where(reactions.c.id == row_id))).first()
    return InboxRow(*row) if row else None


async def find(
    tx: AsyncConnection,
    *,
    states: Sequence[State] | None = None,
    names: Sequence[str] | None = None,
    before_id: int | None = None,
    such: Iterable[ColumnElement[bool]] = (),
    limit: int = 100,
) -> list[InboxRow]:
    """Rows that fit all that is given, newest first; `before_id` goes on where a page ended.

    With `such`, only those that meet these conditions as well, see `narrowing`.
    """
    row = reactions.c
    wanted: list[ColumnElement[bool] | TextClause] = [
        condition
        for given, condition in (
            (states, row.state.in_(states or ())),
            (names, row.reaction.in_(names or ())),
            (before_id, row.id < (before_id or 0)),
        )
        if given is not None
    ]
    if states is not None:
        wanted += _index_hint(states)
    chosen = select(*_COLUMNS).where(*wanted, *such).order_by(row.id.desc()).limit(limit)
    return [InboxRow(*found) for found in await tx.execute(chosen)]


async def counts(tx: AsyncConnection, *, over: bool = True) -> dict[tuple[str, State], int]:
    """How many rows there are, by (reaction, state).

    Not `over`: without those that succeeded or were cancelled, which may be many millions.
    """
    found: dict[tuple[str, State], int] = {}
    closed = CLOSED_STATES if over else WAITING_STATES
    for index, states in ((OPEN_STATES, OPEN_STATES), (CLOSED_STATES, closed)):
        counted = (
            select(reactions.c.reaction, reactions.c.state, func.count())
            .where(text(state_in(index)), text(state_in(states)))
            .group_by(reactions.c.state, reactions.c.reaction)
        )
        found.update(((name, state), number) for name, state, number in await tx.execute(counted))
    return found


def _index_hint(states: Sequence[State]) -> list[TextClause]:
    """What `states` imply, said so that the partial index over the few rows in them is used."""
    if set(states) <= set(OPEN_STATES):
        return [text(state_in(OPEN_STATES))]
    if set(states) <= set(WAITING_STATES):  # succeeded ones are many: the newest are found at once
        return [text(state_in(CLOSED_STATES))]
    return []


def _as_pending(event: NewReaction) -> dict[str, Any]:
    return values_of(event) | {
        "state": "pending",
        "attempts": 0,
        "lease_token": 0,
        "updated_at": event.received_at,
    }


async def _change(
    tx: AsyncConnection, ids: Iterable[int], such: ColumnElement[bool], values: dict[str, Any]
) -> list[int]:
    """Give those of the rows that are such these values; returns their ids."""
    changed: list[int] = []
    for part in dialects.chunks(list(ids)):
        chosen = update(reactions).where(reactions.c.id.in_(part), such)
        changed.extend(await tx.scalars(chosen.values(values).returning(reactions.c.id)))
    return sorted(changed)
