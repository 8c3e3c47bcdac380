"""The effect "completion report accepted": the work of a Plentific work order is signed off.

It sets a state, which can be read again: an answer that was lost is looked up in the report.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from adapters.plentific.client import PlentificClient
from adapters.plentific.models.completion_reports import CompletionReportChange
from workers.react.reaction import Absent, Done, Effect, EffectKind, Json, Place, Search, Unclear

WAITING = frozenset({"new", "updated"})
"""The statuses in which a report waits to be accepted or declined."""


class Acceptance(BaseModel):
    """Which report of which work order is to be accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    work_order_uuid: str
    completion_report_uuid: str


async def send(place: Place, effect: Effect) -> Done:
    """Accept the report.

    Raises:
        ProviderError: As in adapters.http.errors; Ambiguous when it may have been accepted.
    """
    client: PlentificClient = place.client
    call: Acceptance = effect.call
    await client.update_work_order_completion_report(
        CompletionReportChange(status="accepted"), **call.model_dump()
    )
    return Done(call.completion_report_uuid, "answer", {"status": "accepted"})


async def find(place: Place, search: Search) -> Done | Absent | Unclear:
    """Look what has become of the report."""
    client: PlentificClient = place.client
    call: Acceptance = search.effect.call
    report = (await client.get_work_order_completion_report(**call.model_dump())).model
    if report.status == "accepted":
        return Done(call.completion_report_uuid, "reference", {"status": report.status})
    if report.status in WAITING:
        return Absent()
    return Unclear(
        f"completion report {call.completion_report_uuid} in {place.connection} is "
        f"{report.status or 'without a status'} now, and may have been accepted in between: "
        "see that this is meant, then cancel this reaction"
    )


def request(call: Acceptance) -> Json:
    """Return the call as JSON for the ledger."""
    return call.model_dump()


def restore(recorded: Json) -> Acceptance:
    """Return the call from the ledger's JSON."""
    return Acceptance.model_validate(recorded)


KIND = EffectKind(
    name="completion report accepted", send=send, find=find, request=request, restore=restore
)
