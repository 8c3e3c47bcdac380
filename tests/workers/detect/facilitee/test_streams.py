"""Facilitee's streams as a whole: declared as the catalogue has them, read over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.facilitee.client import FaciliteeClient, connect
from adapters.http.limits import Limits
from adapters.http.models import Detail
from deploy.sandbox import Sandbox, running_sandbox
from deploy.sandbox.facilitee import kinds, records
from deploy.sandbox.facilitee.data import CLIENT_ID, CLIENT_SECRET
from deploy.sandbox.facilitee.formats import spelled
from deploy.sandbox.facilitee.one_of_each import one_of_each
from events.catalogue import EVENT_TYPES, event_type
from tests.workers.detect.changed import FACTS
from tests.workers.fake_clock import START, FakeClock
from workers.detect import facilitee
from workers.detect.stream import Json, Stream

STREAMS: list[Stream] = [getattr(facilitee, name) for name in facilitee.__all__]
REMOVABLE = [stream for stream in STREAMS if stream.removed]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running_sandbox(clock=FakeClock().now) as running:
        yield running


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[FaciliteeClient]:
    opened = connect(
        connection="facilitee",
        base_url=sandbox.facilitee_url,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        limits=Limits(100_000, 8),
    )
    yield opened
    await opened.aclose()


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_a_stream_is_declared_as_the_catalogue_has_it(stream: Stream) -> None:
    types = {one for one in EVENT_TYPES if one.startswith(f"facilitee.{stream.entity}.")}
    topics = {event_type(one).topic for one in types}

    assert topics == {f"facilitee.{stream.name}"}
    assert stream.removed in (types if stream in REMOVABLE else {None})


def test_only_issues_are_never_removed() -> None:
    assert [stream.name for stream in STREAMS if stream not in REMOVABLE] == ["issues"]


@pytest.mark.parametrize("stream", REMOVABLE, ids=lambda stream: stream.name)
async def test_each_entity_is_listed_and_read_in_the_same_words(
    stream: Stream, client: FaciliteeClient, sandbox: Sandbox
) -> None:
    parent = one_of_each(sandbox.state)["propertyId"]
    rows = await _listed(stream, client, parent if stream.parent else {})

    assert rows
    for row in rows:
        assert stream.read is not None
        state = stream.state(await stream.read(client, str(row["id"])), FACTS)
        shown = row | {"property_id": parent}
        assert stream.row_state(shown).items() <= state.items()
        if stream.row is not None:
            whole = stream.row.model_validate(row)
            assert stream.state(Detail(row, whole), FACTS) == state
        model = event_type(f"facilitee.{stream.entity}.created").model
        model.model_validate({stream.entity: state, "previous": None})


@pytest.mark.parametrize("selects_by", ["created", "modified"])
async def test_a_sweep_shows_every_issue_and_a_quick_look_what_is_new(
    client: FaciliteeClient, sandbox: Sandbox, selects_by: str
) -> None:
    data = sandbox.state.facilitee
    data.settings.issues_filter = selects_by
    old, now = "2003-02-01T00:00:00.000Z", spelled(START)
    for created, modified in ((old, old), (old, now), (now, now)):
        records.add(data, kinds.ISSUE, {"created": created, "modified": modified}, START)
    (window,) = facilitee.ISSUES.windows(START)

    every = await _listed(facilitee.ISSUES, client, {})
    recent = await _listed(facilitee.ISSUES, client, window)

    assert len(every) == 3
    assert len(recent) == {"created": 1, "modified": 2}[selects_by]


async def _listed(stream: Stream, client: FaciliteeClient, filters: object) -> list[Json]:
    return [row async for page in stream.pages(client, filters) for row in page.rows]
