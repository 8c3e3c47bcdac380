"""The provider: things happen to it at random, and the truth takes note of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from deploy.sandbox import SandboxState
from deploy.sandbox.exchange import Call
from deploy.sandbox.plentific.formats import zulu
from deploy.sandbox.recording import RecordedRequest, Requests
from deploy.sandbox.state import SECRETS
from tests.workers.detect.model.kinds import Kind, Values
from tests.workers.detect.model.truth import Life, State, Truth

AGES = (timedelta(0), timedelta(0), timedelta(hours=3), timedelta(hours=30), timedelta(days=9))
AT_ONCE, IN_ALL = 8, 15
"""Things of a kind."""


class Interruptions(Requests):
    """Lets something happen just before the provider serves the n-th request from now."""

    def __init__(self) -> None:
        super().__init__(SECRETS)
        self.waiting: list[tuple[int, Callable[[], object]]] = []

    def after(self, requests: int, happens: Callable[[], object]) -> None:
        self.waiting.append((requests, happens))

    def open(self, call: Call, operation: str) -> RecordedRequest:
        due = [happens for left, happens in self.waiting if left == 0]
        self.waiting = [(left - 1, happens) for left, happens in self.waiting if left > 0]
        for happens in due:
            happens()
        return super().open(call, operation)


@dataclass
class Provider:
    """A simulated provider with the truth of it: every change goes through here."""

    state: SandboxState
    kinds: Mapping[str, Kind]
    truth: Truth = field(default_factory=Truth)

    def happen(self, rng: Random) -> str:
        """Let something happen now, and say what."""
        kind = rng.choice(list(self.kinds.values()))
        gone = [life for life in self.truth.of(kind.name) if life.now is None]
        if gone and kind.stream.removed and rng.random() < 0.1:
            return self._return(kind, rng.choice(gone))
        lives = self.truth.existing(kind.name)
        few = len(lives) < AT_ONCE and len(self.truth.of(kind.name)) < IN_ALL
        if not lives or (few and rng.random() < 0.25):
            return self._make(kind, rng)
        life, draw = rng.choice(lives), rng.random()
        if draw < 0.06:
            return self._remove(kind, life)
        if draw < 0.16:
            return self._hide_or_show(kind, life)
        return self._change(kind, life, rng)

    def find_out(self) -> None:
        """Take note of what page drift did behind our back."""
        for life in self.truth.lives.values():
            kind = self.kinds[life.kind]
            if kind.listing is None or life.now is None:
                continue
            records = kind.records(self.state, life.parent)
            if life.id in records:
                life.listed = life.id in records.listing()
            else:
                self._ends(life)

    def _make(self, kind: Kind, rng: Random) -> str:
        parent = None
        if kind.stream.parent:
            parents = self.truth.existing(kind.stream.parent)
            if not parents or len(self.truth.of(kind.name)) >= IN_ALL:
                return "nothing"
            parent = rng.choice(parents).id
        given = {name: rng.choice(list(one.values)) for name, one in kind.fields.items()}
        created = self.state.now() - (rng.choice(AGES) if kind.dated else timedelta(0))
        made = kind.make(self.state, parent, created, _stored(kind, given))
        life = Life(kind.name, str(made), parent, created, [given], self.state.now())
        if kind.name == "work_order":
            life.history.append((zulu(created), given["status"]))
        self._note_payment(life, given)
        self.truth.add(life)
        if rng.random() < 0.15:
            self._hide_or_show(kind, life)
        return f"made {life}"

    def _change(self, kind: Kind, life: Life, rng: Random) -> str:
        assert life.now is not None
        earlier = [one for one in life.states[-3:-1] if one is not None]
        if earlier and rng.random() < 0.3:
            after = rng.choice(earlier)
        else:
            name = rng.choice(list(kind.fields))
            after = life.now | {name: rng.choice(list(kind.fields[name].values))}
        changed = {name: value for name, value in after.items() if value != life.now[name]}
        if changed:
            kind.change(self.state, life, _stored(kind, changed))
            life.becomes(after)
            life.changed = self.state.now()
        if "status" in changed:
            life.turned = self.state.now()
        if life.history and "status" in changed:
            life.history.append((zulu(self.state.now()), after["status"]))
        self._note_payment(life, changed)
        return f"{life.name} became {changed}"

    def _note_payment(self, life: Life, changed: State) -> None:
        if life.kind == "invoice" and changed.get("status") == "paid":
            life.paid.add(self.state.now().replace(microsecond=0))

    def _remove(self, kind: Kind, life: Life) -> str:
        kind.remove(self.state, life)
        self._ends(life)
        return f"{life.name} removed"

    def _return(self, kind: Kind, life: Life) -> str:
        after = next(state for state in reversed(life.states) if state is not None)
        values = _stored(kind, after) | {kind.stream.id_field: life.id}
        kind.make(self.state, life.parent, self.state.now(), values)
        life.becomes(after)
        life.changed, life.listed = self.state.now(), True
        return f"{life.name} came back"

    def _ends(self, life: Life) -> None:
        for one in (life, *self.truth.below(life)):
            one.becomes(None)

    def _hide_or_show(self, kind: Kind, life: Life) -> str:
        (kind.hide if life.listed else kind.show)(self.state, life)
        life.listed = not life.listed
        return f"{life.name} listed: {life.listed}"


def _stored(kind: Kind, state: State) -> Values:
    fields = kind.fields
    return {fields[name].stored: fields[name].values[value] for name, value in state.items()}
