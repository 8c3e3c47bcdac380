"""What only PostgreSQL does; skipped where its driver is not installed."""

from __future__ import annotations

import pytest

from adapters.store import Store, StoreUnavailable

pytest.importorskip("asyncpg", reason="asyncpg is not installed")


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
async def test_a_server_that_is_away_is_named_without_its_password(scheme: str) -> None:
    # Port 9 of this machine: nobody listens there.
    async with Store.open(f"{scheme}://tie:secret@127.0.0.1:9/tiebeam") as store:
        with pytest.raises(StoreUnavailable) as caught:
            await store.ping()

    assert "tie:***@127.0.0.1:9/tiebeam: no connection" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
