"""What we have done: each effect under its business key, kept for ever, so that it is done once.

Before the call the step `beginning` writes the intent and is committed; after it the step
`finishing` writes the answer. An intent found without an answer may have happened: look in the
provider, then either write that it did, or call again after `mark_sent`.

A ledger that was rebuilt does not know of calls that had no answer yet. What answers an event from
before the rebuild may be such a call: its intent is written as one that was lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Insert,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import dialects
from adapters.store.bulk import Bulk, Step, run_together
from adapters.store.columns import Json, UtcTime
from adapters.store.rows import columns_of, names_of, values_of
from adapters.store.tables import cursors, effects
from adapters.store.trips import Ran

FoundBy = Literal["answer", "reference", "value"]
REBUILT = ("tiebeam", "rebuild")
"""The connection and the stream of the cursor that says when the store was rebuilt last."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A call with an effect: `sending` until we know that it happened, then `done`.

    One that a person has had `taken back` is to be made once more, whatever the provider has; while
    it is sending then, `provider_id` is still that of the one before.
    `attempts` counts the calls; `first_sent_at` and `sent_at` are when the first and the last of
    them were about to be made. `lost_at` is when the last one was known to have no answer; None
    while it may still be on its way, or after a crash.
    """

    effect_key: str
    reaction: str
    reaction_id: int | None
    connection: str
    request: Json
    first_sent_at: datetime
    sent_at: datetime
    lost_at: datetime | None = None
    state: Literal["sending", "done", "taken back"] = "sending"
    attempts: int = 1
    response: Json = None
    provider_id: str | None = None
    found_by: FoundBy | None = None
    done_at: datetime | None = None


_COLUMNS = columns_of(Effect, effects)
# Written once: to put these together costs more than to run them.
_GET = select(*_COLUMNS).where(effects.c.effect_key.in_(bindparam("keys", expanding=True)))
_of_provider_id = and_(
    effects.c.connection == bindparam("connection"), effects.c.provider_id == bindparam("its_id")
)
_CLAIMED = Bulk(lambda _tx: select(effects.c.provider_id).where(_of_provider_id))
# Two who find the same one at the same time would else both see that it is nobody's.
_BY_ONE_AT_A_TIME = dialects.locking(bindparam("its_id", type_=Text))
_CLAIMED_FIRST = Bulk(
    lambda _tx: select(effects.c.effect_key).where(
        _of_provider_id, effects.c.effect_key != bindparam("key")
    ),
    lock=_BY_ONE_AT_A_TIME,
)


def _begin(tx: dialects.Database) -> Insert:
    rebuilt, detected_at = cursors.c, bindparam("detected_at", type_=UtcTime)
    in_doubt = (
        select(detected_at)
        .where(
            rebuilt.connection == literal_column(f"'{REBUILT[0]}'"),
            rebuilt.stream == literal_column(f"'{REBUILT[1]}'"),
            rebuilt.updated_at >= detected_at,
        )
        .scalar_subquery()
    )
    given = {name: bindparam(name, type_=effects.c[name].type) for name in names_of(Effect)}
    first = func.coalesce(in_doubt, given["first_sent_at"], type_=UtcTime)
    new = dialects.insert(tx, effects).values(
        {**given, "first_sent_at": first, "lost_at": in_doubt}
    )
    return new.on_conflict_do_nothing().returning(effects.c.lost_at)


_BEGIN = Bulk(_begin)
_BEGIN_AGAIN = Bulk(
    lambda _tx: (
        update(effects)
        .where(
            effects.c.effect_key == bindparam("key"),
            effects.c.state == literal_column("'taken back'"),
        )
        .values(found_by=None, done_at=None, response=None, lost_at=None)
    ),
    ["state", "attempts", "request", "reaction_id", "first_sent_at", "sent_at"],
)
_FINISHED = ["state", "provider_id", "response", "found_by", "done_at"]
_begun = and_(
    effects.c.effect_key == bindparam("key"), effects.c.state == literal_column("'sending'")
)
_FINISH = Bulk(lambda _tx: update(effects).where(_begun), _FINISHED)
_other = effects.alias("other")
_FINISH_OWN = Bulk(
    lambda _tx: update(effects).where(
        _begun,
        ~exists().where(
            _other.c.connection == bindparam("connection"),
            _other.c.provider_id == bindparam("its_id"),
            _other.c.effect_key != bindparam("key"),
        ),
    ),
    _FINISHED,
    lock=_BY_ONE_AT_A_TIME,
)


async def get(tx: AsyncConnection, keys: Iterable[str]) -> dict[str, Effect]:
    """Those of the effects that were begun, by key."""
    found: dict[str, Effect] = {}
    for part in dialects.chunks(list(keys)):
        rows = await tx.execute(_GET, {"keys": part})
        found.update((row.effect_key, Effect(*row)) for row in rows)
    return found


def beginning(
    key: str,
    reaction: str,
    reaction_id: int | None,
    connection: str,
    request: Json,
    now: datetime,
    detected_at: datetime,
) -> Step:
    """The step that writes the intent to call, to answer an event that was detected then.

    `is_new` says of what it left whether to call.
    """
    intent = Effect(key, reaction, reaction_id, connection, request, now, now)
    return _BEGIN.one(**values_of(intent), detected_at=detected_at)


def is_new(begun: Ran) -> bool:
    """Whether an intent that was written is the first: commit and call.

    Else see what is there. Done, it must not be called again; sending, it may have happened, by
    whomever, so look first.
    """
    return [tuple(row) for row in begun.rows] == [(None,)]


def beginning_again(key: str, reaction_id: int, request: Json, now: datetime) -> Step:
    """The step that writes the intent to call anew what was taken back, and changes it then."""
    return _BEGIN_AGAIN.one(
        key=key,
        state="sending",
        attempts=1,
        request=request,
        reaction_id=reaction_id,
        first_sent_at=now,
        sent_at=now,
    )


async def mark_sent(tx: AsyncConnection, key: str, *, request: Json, now: datetime) -> bool:
    """Write the intent to call once more, after a look that did not find it.

    The request may differ from the earlier one, where a mapping was corrected in between; what
    was sent last is what will be looked for. False where it is not sending (any more): do not call.
    """
    again = (
        update(effects)
        .where(_sending(key))
        .values(request=request, sent_at=now, lost_at=None, attempts=effects.c.attempts + 1)
    )
    return (await tx.execute(again)).rowcount == 1


async def mark_lost(tx: AsyncConnection, key: str, now: datetime) -> bool:
    """Write that the last call had no answer and none will come; False where it is not sending."""
    lost = update(effects).where(_sending(key)).values(lost_at=now)
    return (await tx.execute(lost)).rowcount == 1


async def withdraw(tx: AsyncConnection, key: str) -> bool:
    """Take back the intent of a call that certainly had no effect (refused, never sent).

    Only a first call's intent goes away as if it had never been, and True says so: the next attempt
    need not look first. A later call's stays, since an earlier call may still have happened, and
    can be looked for at once.
    """
    certain = delete(effects).where(_sending(key), effects.c.attempts == 1)
    if (await tx.execute(certain)).rowcount == 1:
        return True
    earlier = update(effects).where(_sending(key)).values(lost_at=effects.c.first_sent_at)
    await tx.execute(earlier)
    return False


def finishing(
    key: str, provider_id: str | None, response: Json, found_by: FoundBy, now: datetime
) -> Step:
    """The step that says that the effect happened, and changes it where that is not said yet."""
    return _FINISH.one(**_done(key, provider_id, response, found_by, now))


def finishing_own(
    connection: str,
    key: str,
    provider_id: str | None,
    response: Json,
    found_by: FoundBy,
    now: datetime,
) -> Step:
    """`finishing`, where besides no other effect has the provider's id: see `claimed`."""
    done = _done(key, provider_id, response, found_by, now)
    return _FINISH_OWN.one(connection=connection, its_id=provider_id, **done)


def _done(
    key: str, provider_id: str | None, response: Json, found_by: FoundBy, now: datetime
) -> dict[str, Any]:
    return {
        "key": key,
        "state": "done",
        "provider_id": provider_id,
        "response": response,
        "found_by": found_by,
        "done_at": now,
    }


async def of_reaction(tx: AsyncConnection, reaction_id: int) -> list[Effect]:
    """The effects that a row of the inbox began, by key."""
    chosen = select(*_COLUMNS).where(effects.c.reaction_id == reaction_id)
    return [Effect(*row) for row in await tx.execute(chosen.order_by(effects.c.effect_key))]


async def claimed_provider_ids(
    tx: AsyncConnection, connection: str, ids: Iterable[str]
) -> set[str]:
    """Those of the provider's ids that belong to an effect already: not to be taken for another."""
    asked = [_CLAIMED.one(connection=connection, its_id=one) for one in ids]
    looked_up = await run_together(tx, asked)
    return {row[0] for found in looked_up for row in found.rows}


def claimed(connection: str, provider_id: str, key: str) -> Step:
    """The step that returns the key of each other effect that has the provider's id already.

    Nobody else asks for the same id before the commit: who finds it free may take it.
    """
    return _CLAIMED_FIRST.one(connection=connection, its_id=provider_id, key=key)


def _sending(key: str) -> ColumnElement[bool]:
    return and_(effects.c.effect_key == key, effects.c.state == "sending")
