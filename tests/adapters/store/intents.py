"""Effects begun as a reaction begins them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import ledger
from adapters.store.bulk import run_together
from adapters.store.columns import Json
from adapters.store.ledger import Effect


async def begin(
    tx: AsyncConnection,
    key: str,
    reaction: str,
    reaction_id: int | None,
    connection: str,
    request: Json,
    now: datetime,
) -> Effect | None:
    """Write the intent to make an effect, to answer what was just detected; or give what is there.

    None: it is new.
    """
    step = ledger.beginning(key, reaction, reaction_id, connection, request, now, now)
    (begun,) = await run_together(tx, [step])
    return None if ledger.is_new(begun) else (await ledger.get(tx, [key]))[key]
