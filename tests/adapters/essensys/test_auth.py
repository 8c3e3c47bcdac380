"""Tokens of essensys: the password grant, renewed early, refreshed where that works."""

from __future__ import annotations

import asyncio

from tests.adapters.essensys.operate import answers, envelope, operate

NOTHING = answers(envelope(accounts=[], totalCount="0"))
PASSWORD_GRANT = {
    "grant_type": "password",
    "client_id": "client",
    "client_secret": "client-secret",
    "scope": "hubapi",
    "username": "user@example.com",
    "password": "pass-word",
}
REFRESH = {
    "grant_type": "refresh_token",
    "client_id": "client",
    "client_secret": "client-secret",
    "refresh_token": "refresh-1",
}


async def test_the_first_token_is_asked_for_by_password_once_for_all_callers() -> None:
    async with operate(*[NOTHING] * 20) as provider:
        await asyncio.gather(*(provider.client.accounts.get("1") for _ in range(20)))

        assert provider.token_requests == [PASSWORD_GRANT]
        assert {seen.token for seen in provider.asked} == {"token-1"}


async def test_a_token_is_renewed_well_before_its_120_seconds_are_over() -> None:
    async with operate(*[NOTHING] * 3) as provider:
        await provider.client.accounts.get("1")
        await provider.clock.sleep(89)
        await provider.client.accounts.get("1")
        await provider.clock.sleep(2)
        await provider.client.accounts.get("1")

        assert [seen.token for seen in provider.asked] == ["token-1", "token-1", "token-2"]
        assert provider.token_requests == [PASSWORD_GRANT, REFRESH]


async def test_a_refused_refresh_falls_back_to_the_password() -> None:
    async with operate(*[NOTHING] * 2) as provider:
        provider.refreshing = False
        await provider.client.accounts.get("1")
        await provider.clock.sleep(100)
        await provider.client.accounts.get("1")

        assert provider.token_requests == [PASSWORD_GRANT, REFRESH, PASSWORD_GRANT]
        assert provider.asked[-1].token == "token-3"
