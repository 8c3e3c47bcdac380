"""What Planiso's streams have in common: whole lists of whole records, none of which ever goes.

Deactivated records stay in their list, so that one that is missing is no removal.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from adapters.http.models import Detail, ProviderModel
from adapters.http.paging import Page
from adapters.planiso.client import PlanisoClient
from events.base import EventModel, json_form
from workers.detect.changes import created_or_updated, turned
from workers.detect.stream import Cadence, Change, Facts, Json, Stream

R = TypeVar("R", bound=ProviderModel)

WHOLE_LISTS = Cadence(
    every=timedelta(minutes=15),
    sweep_every=timedelta(minutes=15),
    details_every=timedelta(hours=6),
)
"""There is no filter, no paging and no detail that says more than a row."""


def records(
    name: str,
    entity: str,
    pages: Callable[[PlanisoClient], AsyncIterable[Page]],
    row: type[R],
    event: type[EventModel],
    words: Callable[[R], Json],
) -> Stream:
    """The stream of a kind of record.

    Args:
        name: The stream's name.
        entity: The kind, as in the event types.
        pages: Lists the records.
        row: What is read.
        event: What events carry.
        words: What is read, in the words of `event`; an empty text becomes none.
    """

    def state(detail: Detail[R], _facts: Facts) -> Json:
        return json_form(event.model_validate(_filled(words(detail.model))))

    return Stream(
        name=name,
        provider="planiso",
        entity=entity,
        id_field="no",
        pages=lambda client, _filters: pages(client),
        row=row,
        row_state=_row_state,
        state=state,
        told=created_or_updated(f"planiso.{entity}", special=_deactivated),
        cadence=WHOLE_LISTS,
    )


def _row_state(row: Json) -> Json:
    return {"no": str(row["no"])}


def _filled(value: Any) -> Any:
    """The value without empty texts: what a record lacks is written as null or as an empty one."""
    if isinstance(value, dict):
        return {name: _filled(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one) for one in value]
    return None if value == "" else value


def _deactivated(change: Change, previous: Json) -> str | None:
    # A record that comes into view deactivated is told as created, with its state: whether it was
    # ever active is not known.
    return _turned_inactive(change, previous) if change.before else None


_turned_inactive = turned("active", False, "deactivated")
