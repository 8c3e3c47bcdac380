"""The statements that run all the time, for their plans to be looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import ages, cursors, entities, hints, inbox, leases, ledger, outbox, retention
from adapters.store.bulk import run_one, run_together
from tests.adapters.store.examples import (
    LATER,
    NOW,
    SOON,
    a_hint,
    a_reaction,
    a_record,
    an_entity,
    within,
)
from tests.adapters.store.intents import begin

Work = Callable[[AsyncConnection], Awaitable[None]]


async def of_entities(tx: AsyncConnection) -> None:
    await entities.load(tx, "c", "k", ["1", "2"])
    await entities.fingerprints(tx, "c", "k", ["1", "2"])
    await entities.add_new(tx, [an_entity()])
    await entities.save(tx, an_entity(version=2), 1)
    await entities.due(tx, "c", "k", NOW, 10)
    await entities.set_due(tx, "c", "k", ["1", "2"], NOW)
    await entities.ids(tx, "c", "k")
    await entities.ids(tx, "c", "k", live=True)
    await entities.changed_since(tx, "c", "k", NOW)
    await entities.following(tx, "c", "k", "1", 10)


async def of_outbox(tx: AsyncConnection) -> None:
    await outbox.add(tx, [a_record()])
    await outbox.unpublished(tx, 10)
    await outbox.unpublished(tx, 10, after=7)
    await outbox.mark_published(tx, [1, 2], NOW)
    await outbox.backlog(tx)
    await outbox.purge(tx, NOW)


async def of_inbox(tx: AsyncConnection) -> None:
    await inbox.add(tx, [a_reaction()])
    (row,) = await inbox.claim(within(tx), "a", NOW, SOON, 10, ["recharge"])
    await run_one(tx, inbox.extending(row.id, "a", LATER, token=1))
    await inbox.release(tx, row.id, "a", token=1, now=NOW)
    await run_one(tx, inbox.finishing(row.id, "a", "dead", token=2, now=NOW))
    await inbox.retry(tx, [1, 2], NOW)
    await inbox.get(tx, 1)
    await inbox.ids_in(tx, ["blocked", "dead"])
    await inbox.find(tx, states=["blocked"])
    await inbox.find(tx, states=["pending", "retrying"])
    await inbox.counts(tx)
    await inbox.counts(tx, over=False)
    await ages.due(tx, ["recharge", "raise"], NOW)
    await retention.ended_before(tx, NOW, 0, 10)
    await retention.forget_events(tx, [1, 2], NOW)


async def of_ledger(tx: AsyncConnection) -> None:
    await begin(tx, "k", "recharge", 1, "operate", None, NOW)
    await begin(tx, "k", "recharge", 1, "operate", None, NOW)
    await ledger.mark_sent(tx, "k", request=None, now=NOW)
    await ages.unknown(tx)
    await ledger.withdraw(tx, "k")
    await run_one(tx, ledger.finishing("k", "1", None, "answer", NOW))
    await run_one(tx, ledger.finishing_own("operate", "k", "1", None, "answer", NOW))
    await run_one(tx, ledger.claimed("operate", "1", "k"))
    await ledger.of_reaction(tx, 1)
    await ledger.claimed_provider_ids(tx, "operate", ["1", "2"])


async def of_the_rest(tx: AsyncConnection) -> None:
    await cursors.put(tx, "c", "s", 1, NOW)
    await cursors.get(tx, "c", "s")
    await leases.acquire(tx, "relay", "a", NOW, SOON)
    await leases.renew(tx, "relay", "a", 1, LATER)
    await run_together(tx, [leases.holding(leases.Held("relay", "a", 1))])
    await leases.release(tx, "relay", "a", 1, NOW)
    await hints.add(tx, [a_hint()])
    await ages.hinted(tx)
    (hint,) = await hints.take(tx, "plentific", NOW, SOON, 10)
    await hints.postpone(tx, hint, LATER)
    await hints.add(tx, [a_hint()])
    await hints.complete(tx, hint)


ALL_OF_THEM: list[Work] = [of_entities, of_outbox, of_inbox, of_ledger, of_the_rest]
