"""prepare-booked-room: a booking confirmed in essensys has its room prepared through Plentific.

When a booking of a configured room is confirmed, a work order for the own staff (DLO) is raised,
due when the booking starts. When the booking is cancelled, so is the work order; one that is done
by then is left as it is. A booking that is confirmed again after it was cancelled gets another
work order, for a cancelled one cannot be opened again; one that is only confirmed once more keeps
the order it has. Rooms that are not configured, and cancelled bookings without an order, are
passed over.

Needs:
    The organisation and the account code that the orders go under, and for each room to be prepared
    the property, the category and the service in Plentific.

Example:
    [reactions.prepare-booked-room]
    mode = "live"
    from = "operate"
    to = "plentific"
    organisation_uuid = "49df3292-2767-44bb-80c5-285e8eb85c97"
    account_code = "ROOMS"

    [reactions.prepare-booked-room.room.150]
    property = "PROP-1"
    category = "5a6a8bb4-2a0c-4c9e-8f0a-7d0c3c6f9a11"
    service = "e7a4b13a-7a73-4711-8039-77bef9fb4840"

Writes:
    A work order in status `new`, never published. Its external reference reads
    `essensys booking 629 (0f1e2d3c4b)`; its metadata hold the effect's key,
    `work-order/<essensys connection>/<booking id>/<ce_sequence of the confirmation>`. Its
    cancellation: `work-order-cancelled/<essensys connection>/<booking id>/<ce_sequence of it>`.

Limits:
    A booking that is moved to another time or room, or goes back to provisional, keeps its work
    order as it is. essensys may label the wall time of the site as UTC: the order is due at the
    earlier of the two readings. While an earlier event of a booking is blocked or dead, its later
    ones wait; a confirmation that was held up so raises its order even if the booking was cancelled
    meanwhile, and the cancellation follows. Replayed, a confirmation for which nothing was raised
    raises an order unless a later event of the booking has raised or cancelled one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from adapters.http.requests import UuidText
from adapters.plentific.models.faults import FaultNew
from adapters.plentific.models.work_orders import WorkOrderNew
from events.envelope import Event
from events.essensys import Booking, BookingData
from workers.react.effects import work_order, work_order_cancellation
from workers.react.effects.work_order import (
    described,
    property_choice,
    stamped,
)
from workers.react.effects.work_order_cancellation import CANCELLED as CANCELLATION
from workers.react.reaction import Effect, Place, Reach, Reaction, ReactionSettings
from workers.settings import Section

NAME = "prepare-booked-room"
CONFIRMED = "essensys.booking.confirmed"
CANCELLED = "essensys.booking.cancelled"
AHEAD = 100
"""How many later events of a booking an old one, which is replayed, looks for."""


class Room(Section):
    """What a room is in Plentific: its property by uuid or external reference, and the work."""

    property: str
    category: str
    service: UuidText


class Settings(ReactionSettings):
    """The table `[reactions.prepare-booked-room]`.

    Attributes:
        organisation_uuid: The Plentific organisation of the work orders.
        account_code: The account code of the work orders.
        room: essensys resource id to what is to be raised for it.
    """

    organisation_uuid: UuidText
    account_code: str
    room: dict[str, Room]


@dataclass(frozen=True)
class Facts:
    """What was done for a booking so far, and the zone of its wall times.

    `raised` and `cancelled` are the sequences of the events that raised and cancelled its orders.
    """

    raised: frozenset[int]
    cancelled: frozenset[int]
    timezone: str


async def gather(reach: Reach, event: Event, settings: Settings) -> Facts:
    """Look up what was done for the booking before, and after where the event is an old one."""
    booking_id = event.data_as(BookingData).booking.booking_id
    sequences = range(1, event.sequence + AHEAD)
    keys = {one: effect_keys(settings.source, booking_id, one) for one in sequences}
    done = await reach.effects(key for pair in keys.values() for key in pair)
    return Facts(
        raised=frozenset(one for one, (raising, _) in keys.items() if raising in done),
        cancelled=frozenset(one for one, (_, cancelling) in keys.items() if cancelling in done),
        timezone=reach.source.timezone,
    )


def plan(event: Event, settings: Settings, _place: Place, facts: Facts) -> list[Effect]:
    """Return the work order to raise for a booking, or the cancellation of the one it has.

    Raises:
        Unsendable: A value has no form that Plentific takes.
    """
    booking = event.data_as(BookingData).booking
    key, cancelling = effect_keys(settings.source, booking.booking_id, event.sequence)
    if event.type == CANCELLED:
        living = cancels(event.sequence, facts)
        if living is None:
            return []
        raising, _ = effect_keys(settings.source, booking.booking_id, living)
        kind = work_order_cancellation.KIND
        return [Effect(key=cancelling, kind=kind, call=CANCELLATION, needs=raising)]
    room = settings.room.get(booking.resource or "")
    if room is None or not raises(event.sequence, facts):
        return []
    order = _order(booking, room, settings, facts, key)
    return [Effect(key=key, kind=work_order.KIND, call=order)]


def _order(
    booking: Booking, room: Room, settings: Settings, facts: Facts, key: str
) -> WorkOrderNew:
    subject = f"essensys booking {booking.booking_id}"
    text = described(text_of(booking), subject)
    return WorkOrderNew(
        organisation_uuid=settings.organisation_uuid,
        account_code=settings.account_code,
        category_uuid=room.category,
        property=property_choice(room.property),
        faults=(FaultNew(service_uuid=room.service, description=text),),
        work_order_type="DLO",
        due_date=due(booking.start, facts.timezone),
        **stamped(subject, key),
    )


def effect_keys(connection: str, booking_id: str, sequence: int) -> tuple[str, str]:
    """Return the business keys under which an event of a booking raises or cancels an order."""
    event = f"{connection}/{booking_id}/{sequence}"
    return f"work-order/{event}", f"work-order-cancelled/{event}"


def raises(sequence: int, facts: Facts) -> bool:
    """Tell whether a confirmation raises an order, or has raised it.

    It does where the booking has none: at first, and when the last one was cancelled. An old event
    raises nothing any more.
    """
    if sequence in facts.raised:
        return True
    last = max(facts.raised | facts.cancelled, default=None)
    return last is None or (last < sequence and last in facts.cancelled)


def cancels(sequence: int, facts: Facts) -> int | None:
    """Return the sequence of the event whose order a cancellation cancels, or has cancelled.

    None: the booking has no order at that time.
    """
    raised = max((one for one in facts.raised if one <= sequence), default=None)
    if raised is None or sequence in facts.cancelled:
        return raised
    later = max(facts.raised | facts.cancelled)
    return raised if later == raised else None


def due(start: datetime | None, timezone: str) -> datetime | None:
    """Return when the room must be ready: as early as a start may mean that is labelled UTC."""
    if start is None:
        return None
    as_wall_time = start.replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    return min(start, as_wall_time)


def text_of(booking: Booking) -> str:
    """Return what is to be prepared for when, without naming anybody.

    The times are those that essensys shows, which are on the wall clock or in UTC.
    """
    room = booking.resource_name or f"resource {booking.resource}"
    times = (("from", booking.start), ("to", booking.end))
    when = "".join(f" {word} {at:%Y-%m-%d %H:%M}" for word, at in times if at is not None)
    return f"Prepare {room} for a booking{when}{', as essensys shows it' if when else ''}."


REACTION = Reaction(
    name=NAME,
    source_provider="essensys",
    target_provider="plentific",
    event_types=frozenset({CONFIRMED, CANCELLED}),
    settings=Settings,
    plan=plan,
    gather=gather,
    parks_key=True,
)
