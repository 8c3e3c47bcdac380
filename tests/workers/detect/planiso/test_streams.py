"""Planiso's streams as a whole: declared as the catalogue has them, read over real HTTP."""

from __future__ import annotations

import pytest

from adapters.http.limits import Limits
from adapters.http.models import Detail
from adapters.planiso.client import connect
from deploy.sandbox import running_sandbox
from deploy.sandbox.planiso.data import API_KEY
from deploy.sandbox.planiso.one_of_each import one_of_each
from events.catalogue import EVENT_TYPES, event_type
from tests.workers.detect.changed import FACTS
from workers.detect import planiso
from workers.detect.stream import Stream

STREAMS: list[Stream] = [getattr(planiso, name) for name in planiso.__all__]


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_a_stream_is_declared_as_the_catalogue_has_it(stream: Stream) -> None:
    types = [one for one in EVENT_TYPES if one.startswith(f"planiso.{stream.entity}.")]

    assert {event_type(one).topic for one in types} == {f"planiso.{stream.name}"}
    assert (stream.provider, stream.id_field, stream.removed) == ("planiso", "no", None)


async def test_each_record_is_listed_and_is_what_its_events_carry() -> None:
    async with running_sandbox() as sandbox:
        one_of_each(sandbox.state)
        client = connect(
            connection="planiso",
            base_url=sandbox.planiso_url,
            api_key=API_KEY,
            limits=Limits(100_000, 8),
        )
        try:
            for stream in STREAMS:
                rows = [row async for page in stream.pages(client, {}) for row in page.rows]
                assert rows, stream.name
                assert stream.row is not None
                for row in rows:
                    state = stream.state(Detail(row, stream.row.model_validate(row)), FACTS)
                    assert stream.row_state(row).items() <= state.items()
                    model = event_type(f"planiso.{stream.entity}.created").model
                    model.model_validate({stream.entity: state, "previous": None})
        finally:
            await client.aclose()
