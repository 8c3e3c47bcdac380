"""Times and JSON, there and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from adapters.store import Store, cursors
from tests.adapters.store.examples import NOW


async def test_a_time_comes_back_in_utc_to_the_microsecond(store: Store) -> None:
    nepal = timezone(timedelta(hours=5, minutes=45))
    given = datetime(2025, 3, 1, 3, 2, 1, 999999, tzinfo=nepal)

    async with store.write() as tx:
        await cursors.put(tx, "c", "s", None, given)
        found = await cursors.get(tx, "c", "s")

    assert found is not None
    assert found.updated_at == given
    assert found.updated_at.tzinfo is UTC


async def test_a_naive_time_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="aware datetimes only, not 2025-03-01T12:00:00"):
        async with store.write() as tx:
            await cursors.put(tx, "c", "s", None, NOW.replace(tzinfo=None))


@pytest.mark.parametrize(
    "value", [None, 0, "", [], {"b": [1, None, {"ü": "☃"}], "a": 1.5}, "text", True]
)
async def test_json_comes_back_as_it_was(store: Store, value: object) -> None:
    async with store.write() as tx:
        await cursors.put(tx, "c", "s", value, NOW)
        found = await cursors.get(tx, "c", "s")

    assert found is not None
    assert found.value == value
