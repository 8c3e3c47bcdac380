"""The lists below parents: each is read with one call, and may fail without the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adapters.http.errors import NotFound, ProviderError
from workers.detect.observe import Source, Tally
from workers.detect.stream import HISTORY_GRACE, Json
from workers.telemetry import logs

log = logs.logger("detect")


@dataclass(frozen=True)
class Lists:
    """Some lists that were asked for, by their parents: the rows of each, or why there are none.

    `asked_at` are the times, by the provider's clock, at which it answered.
    """

    rows: dict[str, list[Json]] = field(default_factory=dict)
    errors: dict[str, ProviderError] = field(default_factory=dict)
    asked_at: list[datetime] = field(default_factory=list)


async def read(source: Source, parents: Sequence[str]) -> Lists:
    """Read the lists below these parents; each row is given its parent's id."""
    lists = Lists()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_rows(source, one, lists.asked_at)) for one in parents]
    for parent, task in zip(parents, tasks, strict=True):
        result = task.result()
        if isinstance(result, ProviderError):
            lists.errors[parent] = result
        else:
            lists.rows[parent] = result
    return lists


async def _rows(
    source: Source, parent: str, asked_at: list[datetime]
) -> list[Json] | ProviderError:
    field_of_parent, rows = source.stream.parent_field, []
    try:
        async for page in source.stream.pages(source.client, parent):
            rows += [{**row, field_of_parent: parent} for row in page.rows]
            if page.server_date is not None:
                asked_at.append(page.server_date)
    except NotFound:
        return []  # the parent is gone, and what was below it with it
    except ProviderError as error:
        log.warning("list not read", stream=source.stream.name, parent=parent, why=str(error))
        return error
    return rows


def count(lists: Lists, tally: Tally) -> None:
    """Count the lists that were read, and those that could not be."""
    tally.read += len(lists.rows)
    for error in lists.errors.values():
        tally.unread(error)


def earlier(baseline: datetime, lists: Lists, now: datetime) -> datetime:
    """The baseline, or the time at which the provider answered if its clock is behind ours.

    What is below a parent shows times by that clock. One that is a day off is not believed.
    """
    believed = [one for one in lists.asked_at if one > now - HISTORY_GRACE]
    return min([baseline, *believed])
