"""The effect "asset import": places and people created or updated in Plentific, and seen to be so.

A bulk import is known by external references, so it is safe to repeat: what is there already is
updated. It goes on by itself after it was accepted. The effect has happened when it has ended well;
one that failed, or left something out, is refused like any other call. After a lost answer, and
where an import takes longer than it is waited for, Plentific is compared with what was sent. What
remains: an import that is carried out later than the settling time after its answer was lost. A
landlord of no property cannot be seen (Plentific does not list it) and is sent again.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from pydantic import BaseModel, ConfigDict

from adapters.http.clock import SYSTEM_CLOCK, Clock
from adapters.http.errors import Ambiguous, ProviderError, Rejected
from adapters.plentific.client import PlentificClient
from adapters.plentific.models.bulk_import import BulkImport, BulkImportNew
from workers.react.effects.assets_compared import is_as_wanted
from workers.react.reaction import Absent, Done, Effect, EffectKind, Json, Place, Search

WAITS = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0)
"""Seconds between looks at an import that goes on: less in all than a reaction's lease."""

ENDED = frozenset({"success", "failed"})
OPERATION = "create_bulk_import"


class AssetImport(BaseModel):
    """What to import; `event` is the id of the event that asked for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: str
    batch: BulkImportNew


async def send(place: Place, effect: Effect, clock: Clock = SYSTEM_CLOCK) -> Done:
    """Import, and wait until the import has ended.

    Raises:
        ProviderError: As in adapters.http.errors; Rejected when the import failed or left something
            out, Ambiguous when its end is not known.
    """
    client: PlentificClient = place.client
    call: AssetImport = effect.call
    uuid = (await client.create_bulk_import(call.batch)).model.uuid
    try:
        ended = await _end_of(client, uuid, clock)
    except ProviderError as error:
        # whatever became of the question, the import was accepted
        raise Ambiguous(place.connection, OPERATION, f"end of {uuid} not known: {error}") from error
    if ended is None:
        raise Ambiguous(place.connection, OPERATION, f"{uuid} has not ended yet")
    left_out = sum(one.count or 0 for one in ended.excluded_entities)
    if ended.status == "failed" or ended.errors or left_out:
        why = f"{uuid}: {ended.status}, {len(ended.errors)} errors, {left_out} left out"
        raise Rejected(place.connection, OPERATION, why, response_excerpt=_excerpt(ended))
    return Done(uuid, "answer", _counts(ended))


async def _end_of(client: PlentificClient, uuid: str, clock: Clock) -> BulkImport | None:
    """Return an import that has ended; None while it goes on after all the waiting."""
    for wait in (*WAITS, 0.0):
        shown = (await client.get_bulk_import(uuid)).model
        if shown.status in ENDED:
            return shown
        await clock.sleep(wait)
    return None


def _excerpt(ended: BulkImport) -> str:
    told = ended.model_dump(mode="json", include={"status", "errors", "excluded_entities"})
    return json.dumps(told, ensure_ascii=False)[:2_000]


def _counts(ended: BulkImport) -> Json:
    names = ("added", "updated", "unchanged")
    counts: Counter[str] = Counter()
    for name in names:
        for one in getattr(ended, f"{name}_entities"):
            counts[name] += one.count or 0
    return {name: counts[name] for name in names}


async def find(place: Place, search: Search) -> Done | Absent:
    """Look whether everything that was sent is in Plentific as it was sent."""
    call: AssetImport = search.effect.call
    if not await is_as_wanted(place.client, call.batch):
        return Absent()
    # an import cannot be found itself: what was found is what this very effect was to bring about
    return Done(f"as-wanted/{search.effect.key}", "value", {})


def request(call: AssetImport) -> Json:
    """Return the call as JSON for the ledger."""
    return {"event": call.event, "batch": call.batch.to_wire()}


def restore(recorded: Json) -> AssetImport:
    """Return the call from the ledger's JSON."""
    return AssetImport.model_validate(recorded)


def asked_by(recorded: Any) -> str | None:
    """Return the id of the event that asked for a recorded import, where that is known."""
    return recorded["event"] if recorded else None


KIND = EffectKind(name="asset import", send=send, find=find, request=request, restore=restore)
