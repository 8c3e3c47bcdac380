"""What all streams of essensys share: their lists, the days that they look at, odd rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.http.models import Detail
from events import catalogue
from events.base import json_form
from tests.adapters.essensys.documents import example, needs_documents
from tests.adapters.essensys.operate import answers, envelope, operate, query_of
from tests.workers.detect.changed import FACTS
from tests.workers.detect.essensys.rows import ACCOUNT, BOOKING, INVOICE, LEAD, state
from workers.detect.essensys import ACCOUNTS, BOOKINGS, INVOICES, LEADS
from workers.detect.stream import Json, Stream

STREAMS = [
    pytest.param(BOOKINGS, BOOKING, "calendar", id="bookings"),
    pytest.param(LEADS, LEAD, "lead", id="leads"),
    pytest.param(INVOICES, INVOICE, "invoice", id="invoices"),
    pytest.param(ACCOUNTS, ACCOUNT, "account", id="accounts"),
]
EACH = pytest.mark.parametrize(("stream", "row", "resource"), STREAMS)
NOW = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)


@EACH
async def test_a_quick_look_asks_for_what_changed_since_yesterday(
    stream: Stream, row: Json, resource: str
) -> None:
    shown = {**row, "row_num": "4", "outputvalue_location": "Aldgate Tower"}
    listed = envelope(**{f"{resource}s": [shown], "totalCount": "77"})
    (filters,) = stream.windows(NOW)

    async with operate(answers(listed)) as provider:
        pages = [page async for page in stream.pages(provider.client, filters)]

    assert query_of(provider.asked[0])["where"] == "[updatedate]>='2026-03-01'"
    (page,) = pages
    assert page.rows == [row]
    assert page.total is None  # of what 77 is the number is not documented
    assert page.server_date == datetime(2017, 7, 13, 11, 21, 51, tzinfo=UTC)


@EACH
async def test_a_sweep_asks_for_everything(stream: Stream, row: Json, resource: str) -> None:
    async with operate(answers(envelope(**{f"{resource}s": [], "totalCount": "0"}))) as provider:
        pages = [page async for page in stream.pages(provider.client, {})]

    assert "where" not in query_of(provider.asked[0])
    assert [list(page.rows) for page in pages] == [[]]


@EACH
def test_a_row_says_the_same_before_and_after_it_is_understood(
    stream: Stream, row: Json, resource: str
) -> None:
    whole = state(stream, row)

    shown = stream.row_state(row)

    assert {"created"} < shown.keys()
    assert shown == {name: whole[name] for name in shown}
    assert whole[f"{stream.entity}_id"] == row[stream.id_field]
    assert stream.happened(shown) == datetime.fromisoformat(row["creationdate"])


@EACH
def test_an_odd_row_says_what_it_can(stream: Stream, row: Json, resource: str) -> None:
    odd: Json = {name: {"odd": [1]} for name in row} | {stream.id_field: "1"}

    for strange in (odd, {stream.id_field: "1"}):
        shown = stream.row_state(strange)

        assert shown[f"{stream.entity}_id"] == "1"
        assert stream.happened(shown) is None
        assert stream.live(shown)


@EACH
def test_an_empty_row_is_as_good_as_its_id(stream: Stream, row: Json, resource: str) -> None:
    assert stream.row is not None
    bare = {stream.id_field: "-7"}

    read = stream.state(Detail(bare, stream.row.model_validate(bare)), FACTS)

    assert read[f"{stream.entity}_id"] == "-7"


@EACH
@needs_documents
def test_the_documented_row_makes_an_event(stream: Stream, row: Json, resource: str) -> None:
    (documented,) = example(f"{resource}.get")["response"][f"{resource}s"]
    first = {"invoice": "issued"}.get(stream.entity, "created")
    model = catalogue.event_type(f"essensys.{stream.entity}.{first}").model

    data = {stream.entity: state(stream, documented), "previous": None}

    assert json_form(model.model_validate(data)) == data


@EACH
def test_it_is_watched_as_the_document_allows(stream: Stream, row: Json, resource: str) -> None:
    assert stream.whole_rows
    assert stream.read is None
    assert (stream.parent, stream.ordering_key, stream.removed) == (None, None, None)
    assert stream.cadence.every < timedelta(hours=1) < stream.cadence.sweep_every
