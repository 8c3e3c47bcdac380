"""The leads of essensys Operate: created, updated, converted, died."""

from __future__ import annotations

from dataclasses import replace

from adapters.essensys.client import EssensysClient
from adapters.essensys.models import leads
from adapters.http.models import Detail
from events.base import json_form, parse_instant
from events.essensys import Lead
from workers.detect.changes import created_or_updated, first_of, turned
from workers.detect.essensys.shared import (
    OFTEN,
    created,
    lately_updated,
    listing,
    row_flag,
    row_instant,
    same_fields,
)
from workers.detect.stream import Change, Facts, Json, Stream, Told, Transition


def lead_row_state(row: Json) -> Json:
    """Return what decides how a lead is told, in the words of its events."""
    return {
        "lead_id": row["leadid"],
        "converted": row_flag(row.get("leadconverted")),
        "dead": row_flag(row.get("deadlead")),
        "created": row_instant(row.get("creationdate")),
    }


def lead_state(row: Detail[leads.Lead], _facts: Facts) -> Json:
    """Return a lead as its events carry it."""
    read = row.model
    named_otherwise = {
        "enquired": read.enquiry_date,
        "converted": bool(read.lead_converted),
        "converted_at": read.lead_converted_date,
        "dead": bool(read.dead_lead),
    }
    return json_form(Lead.model_validate(same_fields(read, Lead) | named_otherwise))


_created_or_updated = created_or_updated(
    "essensys.lead",
    created_at="created",
    special=first_of(turned("converted", True, "converted"), turned("dead", True, "died")),
)


def lead_told(change: Change) -> Told:
    """Tell that a lead was created, updated, converted (at the time that it says) or died."""
    told = _created_or_updated(change)
    return replace(told, transitions=[_at_its_time(one, change) for one in told.transitions])


def _at_its_time(step: Transition, change: Change) -> Transition:
    at = step.state["converted_at"]
    if step.event_type != "essensys.lead.converted" or at is None:
        return step
    if change.before and change.before.state.get("converted_at") == at:
        return step  # the time of an earlier conversion
    return replace(step, time=parse_instant(at))


LEADS = Stream(
    name="leads",
    provider="essensys",
    entity="lead",
    id_field=EssensysClient.leads.id_field,
    pages=listing(lambda client: client.leads),
    windows=lately_updated,
    shows_changes=True,
    row=EssensysClient.leads.model,
    row_state=lead_row_state,
    happened=created,
    state=lead_state,
    live=lambda state: not (state["converted"] or state["dead"]),
    told=lead_told,
    cadence=OFTEN,
)
