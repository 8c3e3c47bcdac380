"""The order rule against a simple model, over whatever sequence of calls Hypothesis thinks of."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import Store, inbox
from adapters.store.bulk import run_one
from adapters.store.inbox import Outcome, State
from tests.adapters.store.examples import NOW, a_reaction, within

NAMES = ["recharge", "mirror"]
LEASE = timedelta(seconds=3)
RETRY_AFTER = timedelta(seconds=2)
OPEN = {"pending", "running", "retrying"}

T = TypeVar("T")


@dataclass
class Row:
    """A row as the model knows it."""

    id: int
    reaction: str
    key: str
    state: State = "pending"
    due: datetime = NOW
    until: datetime = NOW
    owner: str | None = None
    token: int = 0
    attempts: int = 0

    def may_run(self, now: datetime) -> bool:
        return now >= (self.until if self.state == "running" else self.due)


@dataclass(frozen=True)
class Turn:
    """What a claimer holds in his hands, rightly or not any more."""

    row: Row
    owner: str
    token: int

    @property
    def holds(self) -> bool:
        row = self.row
        return (row.state, row.owner, row.token) == ("running", self.owner, self.token)


class Claims(RuleBasedStateMachine):
    """The inbox and the model, given the same calls."""

    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "store.db"
        shutil.copy(self.template, path)
        self.runner = asyncio.Runner()
        self.store = Store.open(f"sqlite:///{path}")
        self.now = NOW
        self.rows: list[Row] = []
        self.turns: list[Turn] = []

    def teardown(self) -> None:
        found = self.write(lambda tx: inbox.find(tx, limit=1_000))
        assert {row.id: row.state for row in found} == {row.id: row.state for row in self.rows}
        self.runner.run(self.store.aclose())
        self.runner.close()
        self.folder.cleanup()

    def write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async def run() -> T:
            async with self.store.write() as tx:
                return await work(tx)

        return self.runner.run(run())

    def expected(self, names: list[str]) -> Iterator[Row]:
        for row in self.rows:
            same_key = [
                other
                for other in self.rows
                if other is not row and (other.reaction, other.key) == (row.reaction, row.key)
            ]
            held_back = any(other.id < row.id and other.state in OPEN for other in same_key)
            at_work = any(o.state == "running" and o.until > self.now for o in same_key)
            wanted = row.reaction in names and row.state in OPEN
            if wanted and row.may_run(self.now) and not held_back and not at_work:
                yield row

    @rule(name=st.sampled_from(NAMES), keys=st.lists(st.sampled_from("xyz"), max_size=4))
    def add(self, name: str, keys: list[str]) -> None:
        first = len(self.rows) + 1
        events = [
            a_reaction(f"event-{first + number}", key=key, reaction=name)
            for number, key in enumerate(keys)
        ]
        self.write(lambda tx: inbox.add(tx, events))
        self.rows += [Row(first + number, name, key) for number, key in enumerate(keys)]

    @rule(
        owner=st.sampled_from("ab"),
        names=st.lists(st.sampled_from(NAMES), unique=True),
        limit=st.integers(0, 4),
    )
    def claim(self, owner: str, names: list[str], limit: int) -> None:
        until = self.now + LEASE
        claimed = self.write(
            lambda tx: inbox.claim(within(tx), owner, self.now, until, limit, names)
        )

        expected = list(self.expected(names))[:limit]
        assert [row.id for row in claimed] == [row.id for row in expected]
        for row, model in zip(claimed, expected, strict=True):
            model.state, model.owner, model.until = "running", owner, until
            model.token += 1
            model.attempts += 1
            assert (row.lease_token, row.attempts) == (model.token, model.attempts)
            self.turns.append(Turn(model, owner, row.lease_token))

    @precondition(lambda self: self.turns)
    @rule(
        data=st.data(),
        state=st.sampled_from(["succeeded", "retrying", "blocked", "dead"]),
    )
    def finish(self, data: st.DataObject, state: Outcome) -> None:
        turn = data.draw(st.sampled_from(self.turns))
        row, holds, now = turn.row, turn.holds, self.now
        due = now + RETRY_AFTER if state == "retrying" else None
        said = self.write(
            lambda tx: run_one(
                tx,
                inbox.finishing(
                    row.id, turn.owner, state, token=turn.token, now=now, next_attempt_at=due
                ),
            )
        )
        assert said == holds
        if holds:
            row.state, row.due = state, due or row.due

    @precondition(lambda self: self.turns)
    @rule(data=st.data())
    def extend(self, data: st.DataObject) -> None:
        turn = data.draw(st.sampled_from(self.turns))
        row, until = turn.row, self.now + LEASE
        said = self.write(
            lambda tx: run_one(tx, inbox.extending(row.id, turn.owner, until, token=turn.token))
        )
        assert said == turn.holds
        if said:
            row.until = until

    @precondition(lambda self: self.turns)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        turn = data.draw(st.sampled_from(self.turns))
        row, holds = turn.row, turn.holds
        said = self.write(
            lambda tx: inbox.release(tx, row.id, turn.owner, token=turn.token, now=self.now)
        )
        assert said == holds
        if holds:
            row.state, row.due, row.attempts = "pending", self.now, row.attempts - 1

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.sampled_from(self.rows), unique_by=lambda row: row.id))
        changed = self.write(lambda tx: inbox.retry(tx, [row.id for row in chosen], self.now))

        again = [row for row in chosen if row.state in ("retrying", "blocked", "dead")]
        assert changed == sorted(row.id for row in again)
        for row in again:
            row.state, row.due, row.attempts = "pending", self.now, 0

    @rule(seconds=st.integers(1, 4))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.mark.slow
def test_claims_follow_the_order_rule(upgraded_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "_WINDOW", 1)  # so that both ways of looking are taken
    monkeypatch.setattr(Claims, "template", upgraded_file, raising=False)
    run_state_machine_as_test(
        Claims,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
