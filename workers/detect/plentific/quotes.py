"""The quotes for a work order: received, and accepted, turned down or replaced.

By the document, rows know two states more than details (`cancelled`, `deposit_paid`). Such a row is
not counted as seen until its detail says the same: what events carry is the detail.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from datetime import timedelta

from adapters.http.models import Detail
from adapters.http.paging import Page
from adapters.plentific.client import PlentificClient
from adapters.plentific.models import quotes
from events.base import json_form
from events.plentific import Quote, QuoteStatus
from workers.detect.plentific.below import (
    QUOTED_IN,
    WALKED_EVERY,
    WORKED_IN,
    place,
    placed,
    status_told,
    while_order_is,
    work_order_of,
)
from workers.detect.plentific.values import instant, latest_of
from workers.detect.stream import Cadence, Facts, Json, Stream

SETTLED_QUOTES = frozenset({"accepted", "cancelled", "declined", "deposit_paid", "superseded"})
TIMES = {"accepted": "accepted_on", "declined": "rejected_on"}


def list_quotes(client: PlentificClient, work_order_uuid: str) -> AsyncIterable[Page]:
    """List the quotes for a work order (document: "List all quotes")."""
    return client.list_work_order_quotes(work_order_uuid)


async def read_quote(
    client: PlentificClient, uuid: str, work_order_uuid: str
) -> Detail[quotes.Quote]:
    """Read one quote (document: "Retrieve quote details")."""
    detail = await client.get_work_order_quote(work_order_uuid, uuid)
    return placed(detail, uuid, work_order_uuid)


def quote_row_state(row: Json) -> Json:
    """Return what a listing row says of a quote, in the words of its events."""
    status, raw = QuoteStatus.read(row.get("status"))
    return {
        **place(row),
        "status": status.value,
        "status_raw": raw,
        "created": instant(row.get("created")),
    }


def quote_state(detail: Detail[quotes.Quote], facts: Facts) -> Json:
    """Return a quote as its events carry it."""
    read = detail.model
    own = place(detail.raw) | {"currency": facts.currency}
    shown = read.model_dump(include=set(Quote.model_fields) - own.keys() - {"items"})
    items = [one.model_dump(include=set(quotes.QuoteItem.model_fields)) for one in read.items]
    return json_form(Quote.model_validate(shown | own | {"items": items}))


def _is_settled(state: Json) -> bool:
    return state["status"] in SETTLED_QUOTES


def _when(state: Json) -> str | None:
    field = TIMES.get(state["status"])
    return state[field] if field else None


QUOTES = Stream(
    name="quotes",
    provider="plentific",
    entity="quote",
    id_field="uuid",
    parent="work_order",
    hot=while_order_is(*QUOTED_IN, *WORKED_IN),  # a price may still be varied during the work
    pages=list_quotes,
    read=read_quote,
    row_state=quote_row_state,
    happened=latest_of("created"),
    state=quote_state,
    agree=("status", "status_raw"),
    live=lambda state: not _is_settled(state),
    ordering_key=work_order_of,
    told=status_told(
        "plentific.quote",
        created="received",
        created_at="created",
        status=("status", "status_raw"),
        settled=_is_settled,
        when=_when,
    ),
    cadence=Cadence(
        every=timedelta(seconds=60),
        sweep_every=WALKED_EVERY,
        details_every=timedelta(minutes=15),
    ),
)
