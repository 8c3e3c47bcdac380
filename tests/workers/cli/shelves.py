"""A store with reactions in every state, for the commands that look at them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import Store, cursors, inbox, ledger
from adapters.store.bulk import run_one
from adapters.store.inbox import InboxRow, Outcome
from adapters.store.tables import reactions
from tests.adapters.store.examples import a_reaction, within
from tests.adapters.store.intents import begin

Result = TypeVar("Result")
NAME = "recharge-paid-invoice"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
REASON = (
    "operate: put_chargesheet: Bad Request: [/b] chargesheets[0].tax: there is no tax '9' (400)"
)
ENDINGS: tuple[tuple[str, Outcome, str | None], ...] = (
    ("done", "succeeded", None),
    ("held", "blocked", f'reactions.{NAME}.account: add "PROP-009" = "…"'),
    ("refused", "dead", REASON),
    ("later", "retrying", "operate: put_chargesheet: no connection; try again later"),
)
"""The reactions 1 to 4: what they are called, how they ended and why."""
DRY, WAITING = 5, 6
"""The reactions of a dry run and of none yet."""


def run(url: str, work: Callable[[Store], Coroutine[Any, Any, Result]]) -> Result:
    """Do something with the store at a URL."""

    async def opened() -> Result:
        async with Store.open(url) as store:
            return await work(store)

    return asyncio.run(opened())


def fill(url: str) -> None:
    """Put a reaction in every state into the store, and the progress of one stream."""

    async def work(store: Store) -> None:
        async with store.write() as tx:
            await _ended(tx)
            dry = a_reaction("dry", "key-dry", reaction=NAME, mode="dry-run")
            waiting = a_reaction("waiting", "key-waiting", reaction=NAME)
            await inbox.add(tx, [dry, waiting])
            finished = {"state": "succeeded", "outcome": {"dry_run": True, "planned": []}}
            await tx.execute(update(reactions).where(reactions.c.id == DRY).values(finished))
            progress = {
                "baseline_at": NOW.isoformat(),
                "looked_at": NOW.isoformat(),
                "failures": 2,
                "error": "plentific: list_invoices: [/red] Internal Server Error (500)",
                "seen": 12,
                "events": 7,
            }
            await cursors.put(tx, "plentific", "invoices", progress, NOW)

    run(url, work)


async def _ended(tx: AsyncConnection) -> None:
    events = [a_reaction(name, f"key-{name}", reaction=NAME) for name, _, _ in ENDINGS]
    await inbox.add(tx, events)
    rows = await inbox.claim(within(tx), "test", NOW, NOW + timedelta(minutes=1), 10, [NAME])
    for row, (_, state, reason) in zip(rows, ENDINGS, strict=True):
        again = NOW + timedelta(days=1) if state == "retrying" else None
        outcome = {"status": 400, "response": "Jo Doe"} if state == "dead" else None
        await run_one(
            tx,
            inbox.finishing(
                row.id,
                "test",
                state,
                token=row.lease_token,
                now=NOW,
                reason=reason,
                outcome=outcome,
                next_attempt_at=again,
            ),
        )
    key = "charge-sheet/plentific/invoice-1/1"
    await begin(tx, key, NAME, 1, "operate", {"account": "277754"}, NOW)
    await run_one(tx, ledger.finishing(key, "452331", {"ids": ["452331"]}, "answer", NOW))


def rows(url: str) -> dict[int, InboxRow]:
    """Every reaction by its id."""

    async def work(store: Store) -> dict[int, InboxRow]:
        async with store.read() as tx:
            return {row.id: row for row in await inbox.find(tx)}

    return run(url, work)


def states(url: str) -> dict[int, str]:
    """The state of every reaction by its id."""
    return {number: row.state for number, row in rows(url).items()}
