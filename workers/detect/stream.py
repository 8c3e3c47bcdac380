"""What a stream is: how to list, read and compare one kind of entity, declared as data."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from adapters.http.models import ProviderModel
from events.base import changed_fields

Json = dict[str, Any]


class Page(Protocol):
    """One page of a listing: raw rows, the provider's total if it says one, and its clock."""

    @property
    def rows(self) -> Sequence[Json]:
        """The rows as sent."""

    @property
    def total(self) -> int | None:
        """The length of the whole list, where the provider says so."""

    @property
    def server_date(self) -> datetime | None:
        """The provider's clock when it answered, where it says so."""


@dataclass(frozen=True)
class Facts:
    """What a connection knows and its provider does not say."""

    connection: str
    currency: str
    timezone: str


@dataclass(frozen=True)
class Known:
    """An entity as the store last saw it.

    `state` holds the fields of the listing row alone until a detail was read (`complete`).
    `marks` are the stream's own notes, such as the transitions it has already told.
    """

    state: Json
    complete: bool
    marks: Json


@dataclass(frozen=True)
class Change:
    """An entity as it is now, beside what was known of it."""

    before: Known | None
    after: Json
    shown: Json
    """What the listing shows of it now, in the words of `row_state`."""
    version: int
    baseline: datetime
    """When the stream's baseline was taken, by the provider's clock."""

    @property
    def edits(self) -> Json:
        """The fields that differ from what is known, with their old values.

        Where only a row is known, it is compared with the row of now: rows and details may write
        the same time or reference differently.
        """
        if self.before is None:
            return {}
        return changed_fields(self.before.state, self.after if self.before.complete else self.shown)

    @property
    def next_version(self) -> str:
        """The identity of a transition that the provider gives no time or name of its own."""
        return f"v{self.version + 1}"


@dataclass(frozen=True)
class Transition:
    """One thing that happened to an entity: it becomes one event.

    `identity` tells it from every other transition of that type and entity, for ever.
    `time` is the provider's, or None where it does not say when.
    """

    event_type: str
    identity: str
    time: datetime | None
    state: Json
    previous: Json | None


@dataclass(frozen=True)
class Told:
    """The transitions of a change, the notes to keep, and how many were history."""

    transitions: list[Transition]
    marks: Json = field(default_factory=dict)
    withheld: int = 0


HISTORY_GRACE = timedelta(days=1)
"""Late rows and skewed clocks: what is this much older than the baseline still counts as new."""


def history_before(baseline: datetime, transitions: Sequence[Transition]) -> Told:
    """Withhold what happened before the baseline to an entity that is seen for the first time.

    It may come into view late, for instance when the account is given access to more properties;
    its old transitions are history then, and are told only when a backfill asks for them. What has
    no time, or is dated back, is as new as the transition that it follows.
    """
    since = baseline - HISTORY_GRACE
    new = (i for i, one in enumerate(transitions) if one.time is not None and one.time >= since)
    start = next(new, len(transitions))
    return Told(list(transitions[start:]), withheld=start)


def no_windows(_now: datetime) -> Sequence[Mapping[str, Any]]:
    """No quick looks: the whole list is read each time."""
    return ()


def no_time(_state: Json) -> datetime | None:
    """A state that shows no time."""
    return None


def always(_state: Json) -> bool:
    """An entity that may change at any time."""
    return True


@dataclass(frozen=True)
class Cadence:
    """How often a stream looks: at recent rows, at all rows, and at details of live entities."""

    every: timedelta
    sweep_every: timedelta
    details_every: timedelta


@dataclass(frozen=True)
class Stream:
    """One kind of entity at one provider.

    Attributes:
        name: As in the configuration, the last part of the topic.
        entity: The kind, as in the event types.
        id_field: The row's field with the entity's id.
        pages: Lists rows; takes the client and the provider's filters (of a child stream: the
            parent's id).
        windows: The filters of a quick look between two sweeps, for a given now; none: sweep.
        covered: Which states the windows together show, all of them: an entity that was so and is
            in no window any more has changed, so its detail is read. None: they show but a part.
        shows_changes: Whether the windows show all that was made or changed of late, so that what
            only a sweep finds was missed.
        row: The model of a row that is all there is to know; None where details say more.
        read: Reads one detail; takes the client and the id (of a child stream: then the parent's id
            too). None: there is no such call.
        row_state: The fields of the state that a listing row shows.
        happened: The latest time that the state of a row shows, where it shows one.
        state: The whole state, from a detail (or from a row that is all there is).
        agree: Fields by which row and detail must agree before the row counts as seen.
        live: Whether a state may still change much, so that it is looked at more often.
        ordering_key: The Kafka key of the entity's events; None: its own id.
        told: Which transitions a change consists of.
        cadence: The default; configuration may change it.
        parent: The kind of entity below which this one is listed; None: it is listed by itself.
        hot: Of a child stream: in which states of a live parent what is below it is likely to
            change, so that its list is read often; else only what is said in `children.py`.
        removed: The event type that tells of a removal; None where nothing is said of removals.
    """

    name: str
    provider: str
    entity: str
    id_field: str
    pages: Callable[[Any, Any], AsyncIterable[Page]]
    row_state: Callable[[Json], Json]
    state: Callable[[Any, Facts], Json]
    told: Callable[[Change], Told]
    cadence: Cadence
    windows: Callable[[datetime], Sequence[Mapping[str, Any]]] = no_windows
    covered: Callable[[Json], bool] | None = None
    shows_changes: bool = False
    row: type[ProviderModel] | None = None
    read: Callable[..., Awaitable[Any]] | None = None
    happened: Callable[[Json], datetime | None] = no_time
    agree: tuple[str, ...] = ()
    live: Callable[[Json], bool] = always
    ordering_key: Callable[[Json], str] | None = None
    parent: str | None = None
    hot: Callable[[Json], bool] = always
    removed: str | None = None

    @property
    def parent_field(self) -> str:
        """The field of a row with the id of its parent, which the parent's list does not show."""
        return f"{self.parent}_{'uuid' if self.id_field == 'uuid' else 'id'}"

    @property
    def whole_rows(self) -> bool:
        """Whether a row is all there is to know."""
        return self.row is not None
