"""Managers: rows without an address, and which events tell of them."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.facilitee.models.property_managers import PropertyManager
from tests.workers.detect.changed import only, state_of, tell, with_changes
from tests.workers.detect.facilitee.documented import (
    MANAGER,
    MANAGER_ROW,
    TOLD_ADDRESS,
    TOLD_PERSON,
)
from workers.detect.facilitee import MANAGERS
from workers.detect.stream import Json


def manager(**changes: Any) -> Json:
    return state_of(MANAGERS, PropertyManager, with_changes(MANAGER, **changes))


def test_a_manager_is_told_as_the_document_shows_him() -> None:
    assert manager() == TOLD_PERSON | {
        "id": "110",
        "address": TOLD_ADDRESS,
        "average_rating": "3.5",
    }


def test_a_row_says_the_same_but_for_the_address() -> None:
    row = MANAGERS.row_state(MANAGER_ROW)

    assert row.items() <= manager().items()
    assert manager().keys() - row.keys() == {"address"}


@pytest.mark.parametrize(
    ("rating", "told"), [(4.0, "4"), (3.7, "3.7"), (5, "5"), (None, None), ("good", "good")]
)
def test_a_rating_of_a_row_is_told_exactly(rating: object, told: str | None) -> None:
    row = MANAGERS.row_state(with_changes(MANAGER_ROW, averageRating=rating))

    assert row["average_rating"] == told


def test_a_manager_who_moves_is_updated() -> None:
    moved = with_changes(MANAGER["address"], streetNumber="2")

    updated = only(tell(MANAGERS, manager(), manager(address=moved)))

    assert updated.event_type == "facilitee.manager.updated"
    assert updated.previous == {"address": TOLD_ADDRESS}


def test_more_ratings_of_the_same_average_say_nothing() -> None:
    assert tell(MANAGERS, manager(), manager(numberOfRatings=3)).transitions == []


def test_a_new_manager_is_created() -> None:
    assert only(tell(MANAGERS, None, manager())).event_type == "facilitee.manager.created"
