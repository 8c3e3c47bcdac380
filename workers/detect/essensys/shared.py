"""What all streams of essensys share: its lists, its days, how often to look.

Rows show all there is, and every one of these lists can be filtered by the day of the last change.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from adapters.essensys.client import EssensysClient
from adapters.essensys.formats import read_instant
from adapters.essensys.queries import Where, at_least
from adapters.essensys.records import Record
from adapters.essensys.resources import Resource
from events.base import EventModel, format_instant, parse_instant
from workers.detect.stream import Cadence, Json

RECENT = timedelta(days=1)
"""Conditions know whole days, of a zone that is not documented: look a day further back."""

OFTEN = Cadence(
    every=timedelta(minutes=2),
    sweep_every=timedelta(hours=6),
    details_every=timedelta(hours=6),
)
SELDOM = Cadence(
    every=timedelta(minutes=15),
    sweep_every=timedelta(hours=6),
    details_every=timedelta(hours=6),
)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list; what essensys counts as the total is not documented, so none is said."""

    rows: Sequence[Json] = field(repr=False)
    server_date: datetime | None
    total: int | None = None


def listing(
    resource: Callable[[EssensysClient], Resource[Any, Any]],
) -> Callable[[EssensysClient, Mapping[str, Any]], AsyncIterator[Page]]:
    """A function that lists a resource; its filters are a `where` or nothing."""

    async def pages(client: EssensysClient, filters: Mapping[str, Any]) -> AsyncIterator[Page]:
        async for page in resource(client).pages(**filters):
            yield Page(page.rows, page.server_time)

    return pages


def lately_updated(now: datetime) -> Sequence[Mapping[str, Where]]:
    """Return the filter that shows what was made or changed of late."""
    return ({"where": at_least("updatedate", (now - RECENT).date())},)


def same_fields(read: Record, event: type[EventModel]) -> Json:
    """Return the fields that a record and its event call the same."""
    return read.model_dump(include=event.model_fields.keys() & type(read).model_fields.keys())


def day(instant: datetime | None) -> date | None:
    """Return a midnight's day on the site's own calendar, never by way of UTC."""
    return instant.date() if instant else None


def row_instant(value: object) -> str | None:
    """Return a row's time as events write it; what is no time is none."""
    with suppress(ValueError):
        read = read_instant(value)
        return format_instant(read) if read else None
    return None


def row_flag(value: object) -> bool:
    """Whether a row's flag is set; what is no flag is not."""
    return str(value).strip().lower() in {"true", "1"}


def created(state: Json) -> datetime | None:
    """Return when a state says that it was made."""
    return parse_instant(state["created"]) if state["created"] else None
