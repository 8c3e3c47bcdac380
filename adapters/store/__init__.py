"""The store: what we know (entities), what we will say (outbox) and what we have done (effects).

Open it with `Store.open(url)`; the functions of the sibling modules take a transaction of it:

    async with store.write("outbox") as tx:
        await outbox.add(tx, records)
"""

from __future__ import annotations

from adapters.store.engine import Store
from adapters.store.errors import MigrationsPending, StoreError, StoreTooNew, StoreUnavailable

__all__ = ["MigrationsPending", "Store", "StoreError", "StoreTooNew", "StoreUnavailable"]
