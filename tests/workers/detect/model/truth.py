"""The truth: what a provider really had, and when, of each thing that the model made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

State = dict[str, Any]
"""The fields that the model changes, in the words of events."""
Key = tuple[str, str]
"""Kind and id."""


@dataclass
class Life:
    """One thing: all states that it ever had, None where it was gone; the last one is of now.

    `changed` is when it changed last, `turned` when its status did; `history` is what a work order
    shows of its past: pairs of a time and a status; `paid` is when an invoice was, to the second.
    """

    kind: str
    id: str
    parent: str | None
    created: datetime
    states: list[State | None]
    changed: datetime
    turned: datetime | None = None
    listed: bool = True
    history: list[tuple[str, str]] = field(default_factory=list)
    paid: set[datetime] = field(default_factory=set)

    @property
    def name(self) -> Key:
        return self.kind, self.id

    @property
    def now(self) -> State | None:
        """What it is like now; None: it is gone."""
        return self.states[-1]

    @property
    def key(self) -> str:
        """The ordering key of its events."""
        return self.parent or self.id

    def becomes(self, state: State | None) -> None:
        """Have another state from now on."""
        if state != self.now:
            self.states.append(state)


@dataclass(frozen=True)
class Moment:
    """How many states each life had had, and which were listed."""

    states: Mapping[Key, int]
    listed: frozenset[Key]


@dataclass
class Truth:
    """All lives, by kind and id."""

    lives: dict[Key, Life] = field(default_factory=dict)

    def add(self, life: Life) -> None:
        self.lives[life.name] = life

    def of(self, kind: str) -> list[Life]:
        """The lives of a kind, those that ended too, in the order in which they began."""
        return [life for life in self.lives.values() if life.kind == kind]

    def existing(self, kind: str) -> list[Life]:
        return [life for life in self.of(kind) if life.now is not None]

    def below(self, parent: Life) -> list[Life]:
        return [life for life in self.lives.values() if life.parent == parent.id]

    def moment(self) -> Moment:
        """Note how it is now."""
        lives = self.lives.values()
        return Moment(
            {life.name: len(life.states) for life in lives},
            frozenset(life.name for life in lives if self._listed(life)),
        )

    def _listed(self, life: Life) -> bool:
        parent = self.lives.get(("work_order", life.parent)) if life.parent else None
        return life.listed and life.now is not None and (parent is None or self._listed(parent))


@dataclass(frozen=True)
class Read:
    """What one look of the detector could see: all that was so at the provider while it took.

    Attributes:
        kind: Which list was read.
        before: How it was when the look began.
        after: How it was when the look had ended.
        silent: Whether it began without a baseline.
        baseline: Whether it took the baseline.
        complete: Whether the list was read as a whole, and all that it called for.
        thorough: Whether every detail was read as well.
        removals: Whether removals were told, not held back.
        first_contact: When it says that its baseline was, where it looked below others.
        answered: Whether a list showed something, so that the provider's clock was seen.
        only: What alone was looked at, where it was not the whole list.
    """

    kind: str
    before: Moment
    after: Moment
    silent: bool = False
    baseline: bool = False
    complete: bool = False
    thorough: bool = False
    removals: bool = True
    only: frozenset[Key] | None = None
    first_contact: datetime | None = None
    answered: bool = False

    def concerns(self, life: Life) -> bool:
        """Whether it looked for a life at all."""
        return life.kind == self.kind if self.only is None else life.name in self.only

    def during(self, life: Life) -> list[State | None]:
        """The states that a life had while the look took, in their order."""
        first = self.before.states.get(life.name, 1) - 1
        return life.states[first : self.after.states[life.name]]

    def steady(self, life: Life) -> bool:
        """Whether a life did not change while the look took, and was listed or not all the time."""
        return self.before.states.get(life.name) == self.after.states[life.name] and (
            (life.name in self.before.listed) == (life.name in self.after.listed)
        )

    def shows(self, life: Life) -> bool:
        """Whether the list showed a life all the time, in one state."""
        return self.steady(life) and life.name in self.before.listed

    def touches(self, life: Life) -> bool:
        """Whether the list may have shown a life."""
        return not self.steady(life) or life.name in self.before.listed
