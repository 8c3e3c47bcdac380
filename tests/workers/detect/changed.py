"""Changes of entities without a provider or a store, for what streams make of them."""

from __future__ import annotations

from typing import Any

from adapters.http.models import Detail, ProviderModel
from tests.workers.fake_clock import START
from workers.detect.stream import Change, Facts, Json, Known, Stream, Told, Transition

FACTS = Facts(connection="tests", currency="EUR", timezone="Europe/Amsterdam")


def state_of(stream: Stream, model: type[ProviderModel], raw: Json) -> Json:
    """The state that a stream makes of a row or detail as it was sent."""
    return stream.state(Detail(raw, model.model_validate(raw)), FACTS)


def tell(stream: Stream, before: Json | None, after: Json, *, version: int = 3) -> Told:
    """What a stream tells of an entity that was seen whole before, or not at all."""
    known = None if before is None else Known(before, complete=True, marks={})
    return stream.told(Change(known, after, after, version, START))


def only(told: Told) -> Transition:
    """The one transition that was told."""
    (transition,) = told.transitions
    return transition


def with_changes(raw: Json, **changes: Any) -> Json:
    """A row or detail with some fields changed, in the provider's words."""
    return {**raw, **changes}
