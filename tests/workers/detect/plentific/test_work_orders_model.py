"""Work orders against a model: whatever happens, all of it is told once and in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from events.base import format_instant
from tests.workers.fake_clock import START
from workers.detect.plentific import WORK_ORDERS
from workers.detect.stream import Change, Json, Known, Transition

STATUSES = st.sampled_from(["new", "hired", "booked", "done"])


@dataclass
class Model:
    """One work order at the provider, what we know of it, and what we told."""

    now: int = 0
    status: str = "new"
    tags: list[str] = field(default_factory=list)
    history: list[Json] = field(default_factory=list)
    known: Known | None = None
    version: int = 0
    told: list[Transition] = field(default_factory=list)

    def enter(self, status: str, *, shown: bool = True) -> None:
        """Move on; the history may show it later than the status does."""
        self.status = status
        if shown:
            self.history.append({"status": status, "status_raw": None, "created": self.time()})

    def time(self) -> str:
        return format_instant(START + timedelta(seconds=self.now))

    def row(self) -> Json:
        return {"status": self.status, "status_raw": None}

    def baseline(self) -> None:
        self.known = Known(self.row(), complete=False, marks={})

    def look(self) -> None:
        """Read the detail."""
        state = {
            **self.row(),
            "created": format_instant(START),
            "tags": list(self.tags),
            "state_history": list(self.history),
        }
        baseline = START + timedelta(seconds=0.5)
        told = WORK_ORDERS.told(Change(self.known, state, self.row(), self.version, baseline))
        self.known = Known(state, complete=True, marks=told.marks)
        self.version += len(told.transitions)
        self.told += told.transitions

    def do(self, action: str) -> None:
        if action == "look":
            self.look()
        elif action == "edit":
            self.tags.append("x")
        elif action == "second":
            self.now += 1
        else:
            self.enter(action)


ACTIONS = st.lists(st.one_of(STATUSES, st.sampled_from(["look", "edit", "second"])), max_size=25)


def changes(model: Model) -> list[tuple[str, str]]:
    return [
        (format_instant(one.time), one.state["status"])
        for one in model.told
        if one.time is not None and one.event_type.endswith(".status_changed")
    ]


@given(before=st.lists(STATUSES, max_size=4), actions=ACTIONS)
def test_each_transition_since_the_baseline_is_told_once_in_order(
    before: list[str], actions: list[str]
) -> None:
    model = Model()
    for status in ["new", *before]:
        model.enter(status)
    model.baseline()
    model.now += 1
    for action in [*actions, "look", "look"]:
        model.do(action)

    expected = [(entry["created"], entry["status"]) for entry in model.history[1 + len(before) :]]
    assert changes(model) == expected
    assert len({(one.event_type, one.identity) for one in model.told}) == len(model.told)


@given(actions=ACTIONS)
def test_a_new_work_order_is_created_once_and_tells_all_of_its_transitions(
    actions: list[str],
) -> None:
    model = Model(now=1)
    model.enter("new")
    for action in [*actions, "look", "look"]:
        model.do(action)

    assert [one.event_type for one in model.told].count("plentific.work_order.created") == 1
    assert model.told[0].event_type == "plentific.work_order.created"
    assert changes(model) == [(entry["created"], entry["status"]) for entry in model.history[1:]]


@given(
    moves=st.lists(st.tuples(STATUSES, st.booleans(), st.booleans()), max_size=12),
    edit=st.booleans(),
)
def test_what_was_told_last_is_how_it_is(
    moves: list[tuple[str, bool, bool]], *, edit: bool
) -> None:
    model = Model()
    model.enter("new")
    model.baseline()
    for status, shown, looked_at in moves:
        model.now += 1
        model.enter(status, shown=shown)
        if looked_at:
            model.look()
    if edit:
        model.do("edit")
    model.look()
    told = len(model.told)
    model.look()

    assert len(model.told) == told  # nothing new, nothing told
    last = model.told[-1].state["status"] if model.told else "new"
    assert last == model.status
    assert len({(one.event_type, one.identity) for one in model.told}) == told
