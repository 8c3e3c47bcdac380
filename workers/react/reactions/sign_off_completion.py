"""sign-off-completion: an issue settled at Facilitee accepts the completion report in Plentific.

When an issue moves into Resolved or Closed, the completion report that waits on the work order
raised from that issue is accepted, which signs the contractor's work off. Of several reports only
the newest counts. One that was declined, or that a newer one replaces, is left alone. Where no work
order was raised from the issue, or nothing waits, there is nothing to do.

Needs:
    raise-work-order between the same two connections: what it wrote tells which work order is an
    issue's.

Example:
    [reactions.sign-off-completion]
    mode = "live"
    from = "facilitee"
    to = "plentific"

Writes:
    The status `accepted` of the completion report, under the key
    `completion-report-accepted/<Plentific connection>/<report uuid>`.

Limits:
    The issue is the signal: a report that comes in after the issue was settled waits until the
    issue moves again (from Resolved to Closed, say) or a person accepts it. A report is accepted
    whatever it says of the outcome. An issue settled before its work order was raised, as in an
    outage of hours, signs nothing off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.http.errors import Transient
from adapters.plentific.client import PlentificClient
from adapters.plentific.models.completion_reports import CompletionReportRow
from events.envelope import Event
from events.facilitee import IssueData, IssueStatus
from workers.react.effects import completion_report
from workers.react.effects.completion_report import WAITING, Acceptance
from workers.react.reaction import Blocked, Effect, Place, Reach, Reaction, ReactionSettings
from workers.react.reactions.raise_work_order import effect_key as work_order_key

NAME = "sign-off-completion"
SETTLED = frozenset({IssueStatus.RESOLVED, IssueStatus.CLOSED})
PAUSE = 60.0
"""Seconds after which an order whose raising has no answer is asked for again."""
EARLIEST = datetime.min.replace(tzinfo=UTC)


class Settings(ReactionSettings):
    """The table `[reactions.sign-off-completion]`."""


@dataclass(frozen=True)
class Facts:
    """The reports of the work order that was raised from an issue.

    `begun` are the uuids of those whose acceptance was sent and never answered.
    """

    work_order_uuid: str
    reports: tuple[CompletionReportRow, ...]
    begun: frozenset[str]


async def gather(reach: Reach, event: Event, settings: Settings) -> Facts | None:
    """Read the completion reports of the issue's work order; None: there is nothing to do.

    Raises:
        Blocked: The work order was raised in another connection.
        ProviderError: As in adapters.http.errors; Transient while it is not known whether the work
            order was raised.
    """
    issue = event.data_as(IssueData).issue
    if issue.status not in SETTLED:
        return None
    order_uuid = await _raised_from(reach, issue.id, settings)
    if order_uuid is None:
        return None
    client: PlentificClient = reach.target.client
    listed = client.list_work_order_completion_reports(order_uuid).each()
    reports = tuple([row.model async for row in listed])
    keys = {effect_key(settings.target, one.uuid): one.uuid for one in reports}
    effects = await reach.effects(keys)
    begun = frozenset(uuid for key, uuid in keys.items() if key in effects)
    return Facts(order_uuid, reports, begun)


async def _raised_from(reach: Reach, issue_id: str, settings: Settings) -> str | None:
    key = work_order_key(settings.source, issue_id)
    raised = (await reach.effects([key])).get(key)
    if raised is None:
        return None
    if raised.connection != settings.target:
        raise Blocked(
            f"{key} was raised in {raised.connection}, and reactions.{NAME}.to is "
            f"{settings.target}: accept its completion report there"
        )
    if raised.state != "done":
        why = f"{key} has no answer yet"
        raise Transient(settings.target, "create_work_order", why, retry_after=PAUSE)
    return raised.provider_id


def plan(event: Event, settings: Settings, _place: Place, facts: Facts | None) -> list[Effect]:
    """Return the acceptance of the report that waits, and of those begun before."""
    if facts is None:
        return []
    newest = max(facts.reports, key=lambda one: one.created or EARLIEST, default=None)
    return [
        Effect(
            key=effect_key(settings.target, one.uuid),
            kind=completion_report.KIND,
            call=Acceptance(work_order_uuid=facts.work_order_uuid, completion_report_uuid=one.uuid),
        )
        for one in facts.reports
        if one.uuid in facts.begun or (one is newest and one.status in WAITING)
    ]


def effect_key(connection: str, report_uuid: str) -> str:
    """Return the business key of a report's acceptance; the connection is the report's own."""
    return f"completion-report-accepted/{connection}/{report_uuid}"


REACTION = Reaction(
    name=NAME,
    source_provider="facilitee",
    target_provider="plentific",
    event_types=frozenset({"facilitee.issue.status_changed"}),
    settings=Settings,
    plan=plan,
    gather=gather,
)
