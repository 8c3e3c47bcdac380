"""What a configured reaction may read before it plans."""

from __future__ import annotations

from collections.abc import Iterable

from adapters.store import ledger
from adapters.store.engine import Store
from workers.react.reaction import Configured, Reach


def reach_of(store: Store, configured: Configured) -> Reach:
    """Return the reach of a reaction: both systems, and the ledger."""

    async def effects(keys: Iterable[str]) -> dict[str, ledger.Effect]:
        async with store.read() as tx:
            return await ledger.get(tx, keys)

    return Reach(configured.origin, configured.place, effects)
