"""Which rows of the inbox a person means."""

from __future__ import annotations

import pytest

from adapters.store import Store, inbox, narrowing
from adapters.store.bulk import run_one
from adapters.store.narrowing import Narrowed
from adapters.store.tables import effects
from tests.adapters.store.examples import LATER, NOW, SOON, a_reaction, within

KEY = "charge-sheet/plentific/invoice-1/1"


@pytest.fixture
async def filled(store: Store) -> Store:
    """Four reactions, one of them refused; the first has an effect in the ledger."""
    async with store.write() as tx:
        await inbox.add(
            tx,
            [
                a_reaction("event-1", "wo-1"),
                a_reaction("event-2", "wo-2", subject="invoice-2", received_at=SOON),
                a_reaction("event-3", "wo-3", reaction="onboard", received_at=LATER),
                a_reaction("event-4", "wo-4", reaction="raise", received_at=LATER),
            ],
        )
        for row in await inbox.claim(within(tx), "a", NOW, SOON, 4, ["onboard"]):
            refusal = {"effect_key": KEY, "response": None}
            ended = inbox.finishing(
                row.id, "a", "dead", token=row.lease_token, now=NOW, outcome=refusal
            )
            assert await run_one(tx, ended)
        await tx.execute(
            effects.insert().values(
                effect_key=KEY,
                reaction="recharge",
                reaction_id=1,
                connection="operate",
                state="done",
                attempts=1,
                first_sent_at=NOW,
                sent_at=NOW,
            )
        )
    return store


@pytest.mark.parametrize(
    ("narrowed", "ids"),
    [
        (Narrowed(), [4, 3, 2, 1]),
        (Narrowed(subject="invoice-2"), [2]),
        (Narrowed(event_id="event-3"), [3]),
        (Narrowed(effect_key=KEY), [3, 1]),
        (Narrowed(effect_key=KEY.removesuffix("/1")), []),
        (Narrowed(connection="operate"), [1]),
        (Narrowed(connection="operate", connected=["raise"]), [4, 1]),
        (Narrowed(since=SOON), [4, 3, 2]),
        (Narrowed(until=LATER), [2, 1]),
        (Narrowed(since=SOON, until=LATER, subject="invoice-1"), []),
    ],
)
async def test_only_rows_for_which_all_that_is_given_holds_are_found(
    filled: Store, narrowed: Narrowed, ids: list[int]
) -> None:
    async with filled.read() as tx:
        found = await inbox.find(tx, such=narrowed.conditions())
        of_states = await inbox.ids_in(tx, ["pending", "dead"], such=narrowed.conditions())

    assert [row.id for row in found] == ids
    assert of_states == sorted(ids)


async def test_the_names_of_reactions_that_have_rows_are_told_once_each(filled: Store) -> None:
    async with filled.read() as tx:
        assert await narrowing.names(tx) == ["onboard", "raise", "recharge"]


async def test_rows_are_found_by_id_and_what_is_not_there_is_not(filled: Store) -> None:
    async with filled.read() as tx:
        found = await narrowing.by_id(tx, [3, 77, 1])

    assert {number: row.event_id for number, row in found.items()} == {1: "event-1", 3: "event-3"}
