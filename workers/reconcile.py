"""Reconciliation of a configured reaction: the two systems compared, whatever the ledger says."""

from __future__ import annotations

from datetime import datetime

from adapters.http.limits import Priority, at_priority
from adapters.store.engine import Store
from workers.react.reach import reach_of
from workers.react.reaction import Configured
from workers.react.reconciliation import Reconciliation
from workers.react.registry import REACTIONS
from workers.telemetry import tracing


class NotComparable(Exception):
    """Nobody can compare what this reaction does; the text says so."""


async def reconcile(store: Store, configured: Configured, since: datetime | None) -> Reconciliation:
    """Compare both systems; nothing is written anywhere.

    Raises:
        NotComparable: The reaction declares no comparison.
        ProviderError: One of the systems cannot be read.
    """
    reaction = configured.reaction
    if reaction.reconcile is None:
        can = ", ".join(one.name for one in REACTIONS.values() if one.reconcile is not None)
        raise NotComparable(f"{reaction.name} says nothing of how to compare; these do: {can}")
    with at_priority(Priority.BACKFILL), tracing.span(f"reconcile {reaction.name}"):
        return await reaction.reconcile(reach_of(store, configured), configured.settings, since)
