"""schedule-work-order: a hired Plentific work order is a Planiso project, as long as it lasts.

The project is made when the work order is hired or booked. Its `custom_no` is the Plentific
connection and the work order's uuid, its location the property. It lasts from the day of the first
booking to the day of the last one, cancelled ones left out, and has no dates where there is none.
It is deactivated when the work order is cancelled or done: Planiso knows no way back, so `done`
does not count while a completion report waits to be decided on or was sent back. On the other hand
an accepted report of a job fully completed ends a work order whose status does not say so yet.

Every event only says that it is time to look: what the work order, its bookings and its reports are
now is read from Plentific, so it does not matter which event comes first, late or again.

Needs:
    Nothing besides the two connections. A booking's days are those of the wall clock in the
    `timezone` of the Planiso connection: Planiso's dates name no zone.

Example:
    [reactions.schedule-work-order]
    mode = "live"
    from = "plentific"
    to = "planiso"

Writes:
    POST /v1/project, once a work order for ever: `project/<plentific connection>/<work order>`.
    PUT /v1/project/{no} (dates) and DELETE /v1/project/{no} (deactivation), where what is to be
    differs from what was set last: `project-setting/<plentific connection>/<work order>/<number>`.
    Dates that somebody edits in Planiso stay until the bookings change.

Limits:
    An event of a hired work order costs three reads of Plentific and one for each booking, an event
    before it is hired none. After a lost answer, or where Planiso says that there is such a
    project, the list of projects is read once, whole: Planiso has no filter. The one found is ours
    where it carries our `custom_no` and the name that was sent, deactivated or not. A work order
    that is under way again after its project was deactivated is blocked, until somebody activates
    the project in Planiso by hand. Service, property and name are not carried over later. That a
    form clears a date by an empty field is not documented by Planiso.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters.planiso.models.projects import ProjectNew
from adapters.plentific.client import PlentificClient
from adapters.plentific.models.bookings import Booking
from adapters.plentific.models.completion_reports import CompletionReportRow
from adapters.plentific.models.work_orders import WorkOrder
from adapters.store import ledger
from events.envelope import Event
from events.plentific import (
    BookingStatus,
    CompletionReportStatus,
    JobOutcome,
    WorkOrderData,
    WorkOrderStatus,
)
from workers.react.effects import project, project_setting
from workers.react.effects.planiso_record import custom_no, number_of
from workers.react.effects.project_setting import ProjectSetting
from workers.react.reaction import Blocked, Effect, Place, Reach, Reaction, ReactionSettings

NAME = "schedule-work-order"

UNDER_WAY = frozenset({"hired", "booked", "deposit_paid"})
"""Statuses of a work order that is to have a project."""

DONE = frozenset({"done", "invoice_outstanding", "invoice_overdue"})
"""Statuses that end it, unless a completion report says that there may be more to do."""

OVER = frozenset(
    (
        *("signed_off", "invoice_paid", "paid_off_platform", "refunded"),
        *("cancelled", "customer_cancelled", "declined", "expired", "invalid", "lost"),
    )
)
"""Statuses that end it, whatever else is said."""

OPEN_REPORTS = frozenset({"new", "updated", "declined"})
"""Statuses of a completion report after which there may be more to do."""

AT_ONCE = 50
"""Settings of a project that are looked up together; few have more than a handful."""

_INSTANT = timedelta(microseconds=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Settings(ReactionSettings):
    """The table `[reactions.schedule-work-order]`."""


@dataclass(frozen=True)
class Facts:
    """What is true of a work order now, and what was done about it.

    Attributes:
        order: The work order.
        over: Whether it is cancelled or done.
        bookings: Its bookings that were not cancelled; none where it is over.
        set_before: The settings of its project that were begun, in order; the last may be open.
        inactive: Whether the project was deactivated, by us as far as we know, and still is so.
    """

    order: WorkOrder
    over: bool
    bookings: Sequence[Booking] = ()
    set_before: Sequence[ledger.Effect] = ()
    inactive: bool = False


def project_key(connection: str, work_order_uuid: str) -> str:
    """Return the business key of a work order's project."""
    return f"project/{connection}/{work_order_uuid}"


def setting_key(connection: str, work_order_uuid: str, number: int) -> str:
    """Return the business key of the setting with this number, from 1, of a project."""
    return f"project-setting/{connection}/{work_order_uuid}/{number}"


# --- what is true now ------------------------------------------------------------------------


async def gather(reach: Reach, event: Event, settings: Settings) -> Facts | None:
    """Read the work order, its bookings and reports; None where it has no project to care for.

    Raises:
        ProviderError: As in adapters.http.errors.
    """
    uuid, key = event.key, project_key(settings.source, event.key)
    made = (await reach.effects([key])).get(key)
    if made is None and _is_before_hire(event):
        return None  # if it was hired since, an event of that is still to come
    client: PlentificClient = reach.source.client
    order = (await client.get_work_order(uuid)).model
    status = status_of(order)
    if made is None and status not in UNDER_WAY:
        return None
    judged = status in UNDER_WAY | DONE
    over = is_over(order, await _reports(client, uuid) if judged else ())
    if over and made is None:
        return None
    set_before = await _settings(reach, settings.source, uuid) if made else ()
    return Facts(
        order=order,
        over=over,
        bookings=() if over else await _bookings(client, uuid),
        set_before=set_before,
        inactive=await _is_inactive(reach.target, made, set_before, over=over),
    )


def _is_before_hire(event: Event) -> bool:
    if event.type != "plentific.work_order.status_changed":
        return False
    return event.data_as(WorkOrderData).work_order.status not in UNDER_WAY


def status_of(order: WorkOrder) -> WorkOrderStatus:
    """Return the status of a work order in the words of its events."""
    return WorkOrderStatus.read(order.status)[0]


def is_over(order: WorkOrder, reports: Sequence[CompletionReportRow]) -> bool:
    """Tell whether a work order is cancelled or done, by its status and its newest report."""
    status = status_of(order)
    if status not in UNDER_WAY | DONE:
        return status in OVER
    if not reports:
        return status in DONE
    newest = max(reports, key=lambda one: one.created or _LONG_AGO)
    verdict = CompletionReportStatus.read(newest.status)[0]
    if status in DONE:
        return verdict not in OPEN_REPORTS
    # one of an earlier time, before the work order was opened again, ends nothing
    since = max((entry.created for entry in order.state_history), default=order.created)
    completed = JobOutcome.read(newest.job_outcome)[0] == JobOutcome.FULLY_COMPLETED
    accepted = verdict == CompletionReportStatus.ACCEPTED
    return accepted and completed and (newest.created or _LONG_AGO) >= since


async def _reports(client: PlentificClient, uuid: str) -> list[CompletionReportRow]:
    """Return the reports of a work order, without those that were withdrawn."""
    rows = client.list_work_order_completion_reports(uuid).each()
    return [row.model async for row in rows if row.model.status != "cancelled"]


async def _bookings(client: PlentificClient, uuid: str) -> list[Booking]:
    """Return the bookings of a work order that were not cancelled, with their times."""
    found = []
    async for row in client.list_work_order_bookings(uuid).each():
        if not _is_cancelled(row.model.status):
            found.append((await client.get_work_order_booking(uuid, row.model.uuid)).model)
    return found


def _is_cancelled(status: str | None) -> bool:
    return BookingStatus.read(status)[0] == BookingStatus.CANCELLED


async def _settings(reach: Reach, connection: str, uuid: str) -> list[ledger.Effect]:
    """Return the settings of a project from the ledger, in order."""
    found: list[ledger.Effect] = []
    while True:
        first = len(found) + 1
        keys = [setting_key(connection, uuid, first + place) for place in range(AT_ONCE)]
        begun = await reach.effects(keys)
        found += [begun[key] for key in keys if key in begun]
        if len(begun) < AT_ONCE:
            return found


async def _is_inactive(
    target: Place, made: ledger.Effect | None, set_before: Sequence[ledger.Effect], *, over: bool
) -> bool:
    """Tell whether a project is inactive, asking only where that matters and we do not know.

    People can activate what we deactivated; and a rebuilt store does not know what was set.
    """
    if made is None or not set_before:
        return False
    last = set_before[-1].request
    if last is not None and (over or last != _request(_DEACTIVATED)):
        return False
    found = await target.client.find_project(number_of(made.provider_id or ""))
    return found.model.active is False


# --- what is to be done ----------------------------------------------------------------------


def plan(event: Event, settings: Settings, place: Place, facts: Facts | None) -> list[Effect]:
    """Return the project of the work order and what is to be set of it.

    Raises:
        Blocked: The work order is under way again, and its project was deactivated.
    """
    if facts is None:
        return []
    uuid = event.key
    key = project_key(settings.source, uuid)
    made = Effect(key, project.KIND, project_of(facts.order, settings.source))
    if facts.inactive:
        if facts.over or status_of(facts.order) not in UNDER_WAY:
            return [made]
        raise Blocked(
            f"work order {uuid} is under way again, but its project was deactivated, which cannot "
            f"be undone by the API: activate {made.call.custom_no} in {place.connection} by hand, "
            "then retry"
        )
    wanted = _DEACTIVATED if facts.over else days(facts.bookings, place.timezone)
    numbers = _numbers(facts.set_before, wanted)
    return [
        made,
        *(
            Effect(setting_key(settings.source, uuid, one), project_setting.KIND, wanted, key)
            for one in numbers
        ),
    ]


def project_of(order: WorkOrder, connection: str) -> ProjectNew:
    """Return the project that a work order becomes."""
    name = f"Work order {order.work_order_id or order.uuid}"
    if order.service and order.service.name and order.service.name.strip():
        name = f"{name}: {order.service.name.strip()}"
    location = order.property and (order.property.external_reference or order.property.uuid)
    place: dict[str, Any] = {"location": location} if location else {}
    return ProjectNew(custom_no=custom_no(connection, order.uuid), name=name, **place)


def days(bookings: Sequence[Booking], timezone: str) -> ProjectSetting:
    """Return from when to when a project lasts, by the wall clock of the zone."""
    starts = [one.start_datetime for one in bookings if one.start_datetime is not None]
    # what ends at midnight ends on the day before
    ends = [one.end_datetime - _INSTANT for one in bookings if one.end_datetime is not None]
    start = _day(min(starts), timezone) if starts else None
    end = _day(max(ends), timezone) if ends else None
    if start is not None and end is not None:
        end = max(start, end)
    return ProjectSetting(start=start, end=end)


def _day(moment: datetime, timezone: str) -> date:
    return moment.astimezone(ZoneInfo(timezone)).date()


def _numbers(set_before: Sequence[ledger.Effect], wanted: ProjectSetting) -> list[int]:
    """Return the numbers under which a setting is made: those before it stay what they are.

    What was set last is not set again, unless something else was set in between. A setting whose
    answer was lost is settled first, by whatever it turns out to be.
    """
    if not set_before:
        return [] if wanted == _NO_DAYS else [1]
    last = set_before[-1]
    # not how many there are: of a store that was rebuilt, some may be missing
    number = int(last.effect_key.rpartition("/")[2])
    if last.request == _request(wanted):
        return [number]
    return [number + 1] if last.state == "done" else [number, number + 1]


_request = project_setting.request
_DEACTIVATED = ProjectSetting(active=False)
_NO_DAYS = ProjectSetting()

REACTION = Reaction(
    name=NAME,
    source_provider="plentific",
    target_provider="planiso",
    event_types=frozenset(
        {
            "plentific.work_order.status_changed",
            "plentific.booking.created",
            "plentific.booking.updated",
            "plentific.completion_report.submitted",
            "plentific.completion_report.status_changed",
        }
    ),
    settings=Settings,
    plan=plan,
    gather=gather,
    parks_key=True,
)
