"""The boundaries between the steps of the work, and how a process does itself harm at one.

Nothing of this is in the product: its functions are wrapped where they stand.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

from adapters.essensys.resources import Resource
from adapters.store import groups, outbox
from adapters.store.engine import Store
from adapters.store.groups import Groups
from workers import relay
from workers.detect import cycle, observe
from workers.react import attempt, executor, intake, once
from workers.react.turn import Turn

store_class: Any = Store
"""As something whose methods may be replaced."""


@dataclass
class Harm:
    """A signal, SIGKILL or SIGSTOP, that the process sends itself at the n-th passage."""

    signal: signal.Signals
    passages_left: int
    stores: list[Store] = field(default_factory=list)

    async def passed(self, *, in_commit: bool = False) -> None:
        """Count a passage of the boundary.

        A process that stands still in the middle of a transaction of another task would hold
        SQLite's only lock, and nobody could work meanwhile: such a moment is waited for.
        """
        self.passages_left -= 1
        if self.passages_left != 0:
            return
        if self.signal == signal.SIGKILL or in_commit:
            os.kill(os.getpid(), self.signal)
            return
        async with self.stores[0]._write_seats:
            os.kill(os.getpid(), self.signal)


Arm = Callable[[Harm], None]
Passage = Callable[..., bool]
"""Given a function's arguments, or what it returned: whether this passage counts."""


def every_time(*_: Any, **__: Any) -> bool:
    return True


def before(owner: Any, name: str, counts: Passage = every_time) -> Arm:
    """Before a function is called; `counts` is given its arguments."""

    def arm(harm: Harm) -> None:
        original = getattr(owner, name)

        async def wrapped(*args: Any, **kwargs: Any) -> Any:
            if counts(*args, **kwargs):
                await harm.passed()
            return await original(*args, **kwargs)

        setattr(owner, name, wrapped)

    return arm


def after(owner: Any, name: str, counts: Passage) -> Arm:
    """After a function has returned; `counts` is given what it returned."""

    def arm(harm: Harm) -> None:
        original = getattr(owner, name)

        async def wrapped(*args: Any, **kwargs: Any) -> Any:
            result = await original(*args, **kwargs)
            if counts(result):
                await harm.passed()
            return result

        setattr(owner, name, wrapped)

    return arm


def before_commit(owner: Any, name: str, counts: Passage = every_time) -> Arm:
    """With everything written and nothing committed in a transaction of a function."""
    return _at_commit(owner, name, counts, committed=False)


def after_commit(owner: Any, name: str, counts: Passage = every_time) -> Arm:
    """As soon as a transaction of a function is committed."""
    return _at_commit(owner, name, counts, committed=True)


def _at_commit(owner: Any, name: str, counts: Passage, *, committed: bool) -> Arm:
    inside: ContextVar[bool] = ContextVar(name, default=False)

    def arm(harm: Harm) -> None:
        original, end, run_scripts = getattr(owner, name), Groups._end, groups._run_scripts
        member: Any = groups._Member
        ours: WeakSet[Any] = WeakSet()

        async def marked(*args: Any, **kwargs: Any) -> Any:
            token = inside.set(counts(*args, **kwargs))
            try:
                return await original(*args, **kwargs)
            finally:
                inside.reset(token)

        def noted(*args: Any) -> Any:
            made = member(*args)
            if inside.get():
                ours.add(made)
            return made

        async def ending(self: Groups, transaction: Any, done: Sequence[Any]) -> None:
            passes = any(one in ours for one in done)
            if passes and not committed:
                await harm.passed(in_commit=True)
            await end(self, transaction, done)
            if passes and committed:
                await harm.passed(in_commit=True)

        async def uncommitted(*args: Any, last: bool) -> None:
            await run_scripts(*args, last=False)  # else there is no moment before the commit

        setattr(owner, name, marked)
        setattr(groups, "_run_scripts", uncommitted)  # noqa: B010
        setattr(groups, "_Member", noted)  # noqa: B010 - a class of others is replaced
        setattr(Groups, "_end", ending)  # noqa: B010

    return arm


def _invoices_have_news(source: observe.Source, observations: Any, *_: Any, **_named: Any) -> bool:
    return source.stream.name == "invoices" and any(one.told.transitions for one in observations)


def _about_an_invoice(rows: Sequence[outbox.OutboxRow]) -> bool:
    return any(row.topic == "plentific.invoices" for row in rows)


def _published_an_invoice(result: tuple[Sequence[outbox.OutboxRow], bool]) -> bool:
    return _about_an_invoice(result[0])


def _relays_an_invoice(_: relay.Relay, rows: Sequence[outbox.OutboxRow]) -> bool:
    return _about_an_invoice(rows)


def _with_records(records: Sequence[Any], *_: Any) -> bool:
    return len(records) > 0


def _owes(turn: Turn, *_: Any, **_named: Any) -> bool:
    return turn.owed is not None


POINTS: Mapping[str, Arm] = {
    "within-baseline": after_commit(cycle, "_baseline"),
    "before-detect-commit": before_commit(observe, "_save", _invoices_have_news),
    "after-detect-commit": after_commit(observe, "_save", _invoices_have_news),
    "before-produce": before(relay, "_publish", _relays_an_invoice),
    "between-produce-and-mark": after(relay, "_publish", _published_an_invoice),
    "before-inbox-commit": before_commit(intake, "take"),
    "between-inbox-and-offsets": before(intake, "_commit", _with_records),
    "after-claim": after(executor, "_claim", bool),
    "after-intent": after_commit(attempt, "ensure"),
    "before-call": before(once, "_send"),
    "after-answer": after(Resource, "put", bool),
    "before-outcome-commit": before_commit(Turn, "_write", _owes),
    "after-outcome-commit": after_commit(Turn, "_write", _owes),
    "before-end-commit": before_commit(attempt, "_finish"),
    "after-end-commit": after_commit(attempt, "_finish"),
}
"""The invoices' part of the way, step by step; a repair that moves goes the first steps too."""


def arm(place: str, number: signal.Signals) -> None:
    """Let this process harm itself at `POINT` or `POINT:n`, its n-th passage."""
    point, _, passage = place.partition(":")
    harm = Harm(number, int(passage or 1))
    opened = store_class.__init__

    def noted(store: Store, *args: Any) -> None:
        harm.stores.append(store)
        opened(store, *args)

    store_class.__init__ = noted
    POINTS[point](harm)
