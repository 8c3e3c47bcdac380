"""The rules: nothing missing, nothing invented, all in order, no number left out, no id twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from events.base import format_instant, parse_instant
from events.envelope import Event
from tests.workers.detect.model.kinds import Kind
from tests.workers.detect.model.truth import Key, Life, Read, State, Truth
from tests.workers.detect.world import entity_of, previous_of
from workers.detect.stream import HISTORY_GRACE

CREATED = ("created", "reported", "received", "submitted")


@dataclass
class Belief:
    """What a subscriber knows of a thing, and what was there before the first look.

    `was_there` says whether the baseline had it (None: perhaps), `entry` which entry of a work
    order's history was told last, `was_read` whether its detail was ever read for sure.
    """

    state: State = field(default_factory=dict)
    sequence: int = 0
    was_there: bool | None = False
    was_read: bool = False
    gone: bool = False
    entry: int | None = None
    entries_then: int | None = None


@dataclass
class Checks:
    """Holds the events of a provider against the truth; `skew` is how far its clock is ahead.

    Below others, each list has a first contact of its own: `lists` are those that were read for
    sure, by kind and parent, and `late` the lives that came after that.
    """

    kinds: Mapping[str, Kind]
    truth: Truth
    skew: timedelta
    ids: set[str] = field(default_factory=set)
    baselines: dict[str, datetime] = field(default_factory=dict)
    beliefs: defaultdict[Key, Belief] = field(default_factory=lambda: defaultdict(Belief))
    lists: set[Key] = field(default_factory=set)
    late: set[Key] = field(default_factory=set)
    met: set[Key] = field(default_factory=set)

    def looked(self, read: Read, events: Sequence[Event], now: datetime) -> None:
        """Check what a look told, and that it told all that it had to."""
        self._meet()
        if read.baseline:
            self.baselines[read.kind] = now + self.skew
        if read.first_contact is not None:
            self._note_first_contact_below(read, read.first_contact, now)
        if read.silent:
            assert not events, f"{read.kind}: not silent before the baseline"
            self._note_first_contact(read)
        last = {name_of(event): event for event in events}
        first_read = {name for name in last if not self.beliefs[name].was_read}
        for event in events:
            self._check(read, event)
        for name, event in last.items():
            self._check_understood(name, event, first_read=name in first_read)
        if read.complete and not read.silent:
            for life in filter(read.concerns, self.truth.lives.values()):
                self._check_nothing_missing(read, life)
        if read.thorough and read.first_contact is not None:
            orders = filter(read.shows, self.truth.of("work_order"))
            self.lists.update((read.kind, order.id) for order in orders)

    def _meet(self) -> None:
        """Note which of the new lives came below a parent whose list had been read."""
        new = [life for life in self.truth.lives.values() if life.name not in self.met]
        self.met.update(life.name for life in new)
        self.late.update(life.name for life in new if (life.kind, life.parent) in self.lists)

    def _note_first_contact_below(self, read: Read, says: datetime, now: datetime) -> None:
        """It says from when on it promises to tell all, by the provider's clock."""
        latest = now + min(self.skew, timedelta()) if read.answered else now
        assert says <= latest, f"{read.kind}: {says} is to come"
        assert read.baseline or says <= self.baselines[read.kind], f"{read.kind}: moved on"
        self.baselines[read.kind] = says

    def _note_first_contact(self, read: Read) -> None:
        """What a look that failed has seen is known as it was then: it may have changed since."""
        for life in self.truth.of(read.kind):
            belief = self.beliefs[life.name]
            if read.baseline and read.shows(life) and not self._is_of_that_second(life):
                belief.entries_then = None if belief.was_there is None else len(life.history)
                belief.was_there = True
            elif read.touches(life):
                belief.was_there = None

    def _is_of_that_second(self, life: Life) -> bool:
        """Whether it was made in the second of the baseline: providers tell the time in seconds."""
        return life.created >= self.baselines[life.kind].replace(microsecond=0)

    def _check(self, read: Read, event: Event) -> None:
        name = name_of(event)
        assert name in self.truth.lives, f"of nothing that ever was: {event}"
        life, belief = self.truth.lives[name], self.beliefs[name]
        assert event.id not in self.ids, f"told twice: {event}"
        self.ids.add(event.id)
        belief.sequence += 1
        assert (event.sequence, event.key) == (belief.sequence, life.key), f"{event}"
        happened = event.type.split(".")[2]
        if happened == "removed":
            assert None in read.during(life), f"not gone: {event}"
            assert not belief.gone, f"gone twice: {event}"
            belief.state, belief.gone, belief.was_there = {}, True, False
            return
        if happened in CREATED:
            assert not belief.state, f"created twice: {event}"
            assert belief.was_there is not True, f"was there before the baseline: {event}"
            assert not self._is_old(life, certainly=True), f"history as news: {event}"
        if life.kind == "work_order":
            self._check_entry(life, belief, event, happened)
        if happened == "paid":
            assert event.time.replace(microsecond=0) in life.paid, f"never paid then: {event}"
            assert parse_instant(entity_of(event)["paid_on"]) == event.time, f"{event}"
        self._check_state(read, life, event)
        self._learn(belief, event)
        belief.gone, belief.was_read = False, True

    def _check_state(self, read: Read, life: Life, event: Event) -> None:
        """It was so while the look took; an entry of a history has the other fields of now."""
        told = self._fields(event)
        if life.kind == "work_order":
            told.pop("status")
        possible = [state for state in read.during(life) if state is not None]
        assert any(told.items() <= state.items() for state in possible), f"invented: {event}"

    def _check_entry(self, life: Life, belief: Belief, event: Event, happened: str) -> None:
        """The entries of a history come one after the other, each with its time."""
        shown = [(one["created"], one["status"]) for one in entity_of(event)["state_history"]]
        assert shown == life.history[: len(shown)], f"invented: {event}"
        if happened == "updated":
            return
        entry = len(shown) - 1
        assert shown[entry] == (format_instant(event.time), entity_of(event)["status"])
        assert (entry == 0) == (happened == "created"), f"{event}"
        if belief.entry is not None:
            assert entry == belief.entry + 1, f"entries left out or out of order: {event}"
        elif belief.entries_then is not None:
            first = self._first_since_baseline(life, belief.entries_then)
            assert belief.entries_then <= entry <= first, f"not the first since then: {event}"
        belief.entry = entry

    def _first_since_baseline(self, life: Life, entries_then: int) -> int:
        """Which entry must be told: one of the second of the baseline may be history."""
        second = format_instant(self.baselines[life.kind].replace(microsecond=0))
        of_that_second = sum(at == second for at, _ in life.history[entries_then:])
        return entries_then + of_that_second

    def _learn(self, belief: Belief, event: Event) -> None:
        """Take over what an event says has changed, as a subscriber would."""
        told, previous = self._fields(event), previous_of(event)
        if previous is None:
            belief.state = told
            return
        for name, was in previous.items():
            assert entity_of(event)[name] != was, f"{name} did not change: {event}"
        for name in previous.keys() & told.keys():
            first_sight = event.sequence == 2 and previous[name] is None
            believed = belief.state.get(name, previous[name])
            assert first_sight or previous[name] == believed, f"{name} was {believed}: {event}"
            belief.state[name] = told[name]

    def _check_understood(self, name: Key, event: Event, *, first_read: bool) -> None:
        """Who took over what each event says has changed has the state of the last one.

        The first detail of what was there before may show more: rows will tell of that.
        """
        if event.type.endswith(".removed"):
            return
        belief, told = self.beliefs[name], self._fields(event)
        belief.state = told | belief.state
        assert first_read or belief.state == told, f"unexplained: {event}"

    def _check_nothing_missing(self, read: Read, life: Life) -> None:
        belief, kind = self.beliefs[life.name], self.kinds[life.kind]
        if life.now is None and read.steady(life) and kind.stream.removed and read.removals:
            assert not (belief.state and belief.was_read), f"missing: the removal of {life}"
            belief.state, belief.was_there = {}, False  # gone before it was read: without a word
        if not read.shows(life) or life.now is None:
            return
        shown = {
            name: value
            for name, value in life.now.items()
            if read.thorough or not kind.fields[name].thin
        }
        if not belief.state:
            assert self._may_be_history(life, belief), f"missing: the creation of {life}"
        if not belief.sequence:
            assert not self._was_settled_since(life), f"missing: the settling of {life}"
        wrong = {name for name in shown if belief.state.get(name, shown[name]) != shown[name]}
        assert not wrong, f"missing: changes of {wrong} of {life}, believed {belief.state}"
        belief.state = shown | belief.state
        belief.was_read = belief.was_read or read.thorough
        if read.thorough and life.kind == "work_order":
            self._check_whole_history(life, belief)

    def _check_whole_history(self, life: Life, belief: Belief) -> None:
        last = len(life.history) - 1
        if belief.entry is None and belief.entries_then is not None:
            first = self._first_since_baseline(life, belief.entries_then)
            assert first == last + 1, f"missing: transitions of {life}"
        elif belief.entry is not None:
            assert belief.entry == last, f"missing: transitions after {belief.entry} of {life}"
        belief.entry = last  # what was withheld as history stays so

    def _may_be_history(self, life: Life, belief: Belief) -> bool:
        if belief.was_there is not False or self._is_old(life):
            return True
        if life.parent is None or life.name in self.late:
            return False
        return life.created.replace(microsecond=0) <= self.baselines[life.kind]

    def _was_settled_since(self, life: Life) -> bool:
        """Whether it took its status after the baseline, had it never before, and shows when."""
        now, *before = reversed(life.states)
        assert now is not None
        if now.get("status") not in self.kinds[life.kind].settled or now in before:
            return False
        turned = life.turned and life.turned.replace(microsecond=0)
        return turned is not None and turned > self.baselines[life.kind]

    def _is_old(self, life: Life, *, certainly: bool = False) -> bool:
        """Whether a thing that comes into view late is history, or may be taken for it."""
        if life.kind not in self.baselines or not self.kinds[life.kind].dated:
            return False
        doubt = abs(self.skew) + timedelta(seconds=5)
        since = self.baselines[life.kind] - HISTORY_GRACE
        return life.created < (since - doubt if certainly else since + doubt)

    def _fields(self, event: Event) -> State:
        kind = self.kinds[event.type.split(".")[1]]
        return {name: entity_of(event)[name] for name in kind.fields}


def name_of(event: Event) -> Key:
    """Of what life an event tells."""
    return event.type.split(".")[1], event.subject
