"""Tokens for OAUTHBEARER: one for all, renewed in time, and a refusal that stands for a while."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.http.errors import Unauthorised
from adapters.kafka.tokens import PAUSE, NoToken, Tokens, TokenSource
from deploy.kafka.certificates import make_authority, make_certificate
from tests.adapters.http.servers import Wire
from tests.logins import CLIENT_SECRET, TokenServer, token_server


class Clock:
    """Seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def source(server: TokenServer, secret: str = CLIENT_SECRET) -> TokenSource:
    return TokenSource(server.url, "tiebeam", secret, "kafka")


async def test_many_connections_at_once_ask_for_one_token() -> None:
    async with token_server() as server:
        tokens = Tokens(source(server))
        given = await asyncio.gather(*(tokens.token() for _ in range(20)))

    assert len(set(given)) == 1
    assert server.asked == [{"grant_type": "client_credentials", "scope": "kafka"}]


async def test_without_a_scope_none_is_asked_for() -> None:
    async with token_server() as server:
        await Tokens(TokenSource(server.url, "tiebeam", CLIENT_SECRET)).token()

    assert server.asked == [{"grant_type": "client_credentials"}]


async def test_a_refusal_stands_for_a_while_and_then_the_server_is_asked_again() -> None:
    clock = Clock()
    async with token_server() as server:
        tokens = Tokens(source(server, "not-the-secret"), clock)
        for clock.now in (0.0, PAUSE - 0.1):
            with pytest.raises(NoToken) as raised:
                await tokens.token()
        assert len(server.asked) == 1
        clock.now = PAUSE
        with pytest.raises(NoToken):
            await tokens.token()

    assert len(server.asked) == 2
    assert isinstance(raised.value.error, Unauthorised)
    assert "\n" not in str(raised.value)
    assert "not-the-secret" not in f"{raised.value} {raised.value.error!r} {tokens!r}"


async def test_a_client_that_is_known_again_gets_its_token() -> None:
    clock = Clock()
    async with token_server() as server:
        server.refuses = True
        tokens = Tokens(source(server), clock)
        with pytest.raises(NoToken):
            await tokens.token()
        server.refuses, clock.now = False, PAUSE

        assert await tokens.token() == await tokens.token()
    assert len(server.asked) == 2


async def test_a_token_server_may_have_a_certificate_of_kafkas_own_authority(
    tmp_path: Path,
) -> None:
    authority = str(make_authority(tmp_path))
    make_certificate(tmp_path, "idp")
    async with encrypted(tmp_path) as server:
        trusting = TokenSource(server, "tiebeam", CLIENT_SECRET, authorities=authority)
        assert await Tokens(trusting).token() == "T"
        with pytest.raises(NoToken, match="certificate verify failed"):
            await Tokens(TokenSource(server, "tiebeam", CLIENT_SECRET)).token()


@asynccontextmanager
async def encrypted(folder: Path) -> AsyncIterator[str]:
    """A token server over TLS; gives its URL."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "idp.pem", folder / "idp.key")

    async def give(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await Wire(writer).answer(200, {"access_token": "T"}, {"Connection": "close"})
        writer.close()

    server = await asyncio.start_server(give, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/token"
