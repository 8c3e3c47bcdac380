from __future__ import annotations

import asyncio
from base64 import b64decode

import pytest

from adapters.http.auth import BearerAuth, Grant, KeyAuth
from adapters.http.call import Call
from adapters.http.errors import Transient, Unauthorised
from adapters.http.limits import Limits
from tests.adapters.http.conftest import OpenClient
from tests.adapters.http.fake_clock import FakeClock
from tests.adapters.http.servers import RawServer, Seen, Wire, raw_server
from tests.adapters.http.token_provider import Provider

JSON_GRANT = Grant("/token", {"client_id": "me", "client_secret": "hush-hush"}, encoding="json")
FORM_GRANT = Grant("/token", {"grant_type": "password", "password": "p&w=1"})
REFRESHING = Grant("/token", {"grant_type": "password"}, refresh={"grant_type": "refresh_token"})
READ = Call("read_it", "GET", "/it")
WRITE = Call("write_it", "PUT", "/it", json={}, write=True)


def calls_of(server: RawServer) -> list[str]:
    return [seen.target for seen in server.seen]


async def test_a_token_is_asked_for_as_json_and_used_for_many_calls(
    open_client: OpenClient,
) -> None:
    provider = Provider()
    async with raw_server(provider) as server:
        client = open_client(server.url, auth=BearerAuth(JSON_GRANT))
        await client.send(READ)
        await client.send(READ)

    assert provider.asked == [{"client_id": "me", "client_secret": "hush-hush"}]
    assert calls_of(server) == ["/token", "/it", "/it"]


async def test_a_token_is_asked_for_as_a_form_with_everything_escaped(
    open_client: OpenClient,
) -> None:
    provider = Provider()
    async with raw_server(provider) as server:
        await open_client(server.url, auth=BearerAuth(FORM_GRANT)).send(READ)

    assert provider.asked == [{"grant_type": "password", "password": "p&w=1"}]


async def test_a_clients_login_goes_into_a_header_encoded_and_is_never_seen(
    open_client: OpenClient,
) -> None:
    provider = Provider()
    provider.token_status = lambda fields: 401
    login = Grant("/token", {"grant_type": "client_credentials"}, login=("me:1", "hush/hush"))
    async with raw_server(provider) as server:
        auth = BearerAuth(login)
        open_client(server.url, auth=auth)
        with pytest.raises(Unauthorised) as raised:
            await auth.token()

    sent = server.seen[0].headers["authorization"]
    assert b64decode(sent.removeprefix("Basic ")) == b"me%3A1:hush%2Fhush"
    assert provider.asked == [{"grant_type": "client_credentials"}]
    error = raised.value
    shown = f"{error} {error.request_excerpt} {auth!r} {login!r}"
    assert "hush" not in shown
    assert sent.removeprefix("Basic ") not in shown
    assert {"hush/hush", sent} <= set(auth.secrets())


async def test_a_token_may_come_from_another_host(open_client: OpenClient) -> None:
    provider = Provider()
    async with raw_server(provider) as server:
        grant = Grant(f"{server.url}/token", {"grant_type": "client_credentials"})
        await open_client(f"{server.url}/api/..", auth=BearerAuth(grant)).send(READ)

    assert calls_of(server)[0] == "/token"


async def test_a_hundred_callers_with_an_ended_token_cause_exactly_one_token_call(
    open_client: OpenClient,
) -> None:
    provider, clock = Provider(), FakeClock()
    async with raw_server(provider) as server:
        client = open_client(server.url, auth=BearerAuth(JSON_GRANT, clock))
        await client.send(READ)
        clock.seconds += 120
        answers = await asyncio.gather(*(client.send(READ) for _ in range(100)))

    assert len(answers) == 100
    assert len(provider.asked) == 2


async def test_a_hundred_callers_whose_token_is_refused_cause_exactly_one_token_call(
    open_client: OpenClient,
) -> None:
    provider = Provider()
    async with raw_server(provider) as server:
        client = open_client(server.url, auth=BearerAuth(JSON_GRANT))
        await client.send(READ)
        provider.given += 1  # the provider forgets T1; the next one it gives is T3
        await asyncio.gather(*(client.send(READ) for _ in range(100)))

    assert len(provider.asked) == 2


@pytest.mark.parametrize(("life", "good_for"), [(3600, 3570), (120, 90), (40, 30), ("120", 90)])
async def test_a_token_is_renewed_before_it_ends(
    life: object, good_for: int, open_client: OpenClient
) -> None:
    provider, clock = Provider(expires_in=life), FakeClock()
    async with raw_server(provider) as server:
        client = open_client(server.url, auth=BearerAuth(JSON_GRANT, clock))
        await client.send(READ)
        clock.seconds += good_for - 0.1
        await client.send(READ)
        assert provider.given == 1
        clock.seconds += 0.2
        await client.send(READ)
        assert provider.given == 2


@pytest.mark.parametrize("life", [None, 0, -5, "soon", [], "nan", "9" * 400])
async def test_a_token_without_a_usable_life_is_used_for_some_minutes(
    life: object, open_client: OpenClient
) -> None:
    provider, clock = Provider(expires_in=life), FakeClock()
    async with raw_server(provider) as server:
        client = open_client(server.url, auth=BearerAuth(JSON_GRANT, clock))
        await client.send(READ)
        await client.send(READ)
        assert provider.given == 1
        clock.seconds += 300
        await client.send(READ)
        assert provider.given == 2


async def test_a_401_is_retried_once_with_a_new_token(open_client: OpenClient) -> None:
    provider = Provider()
    async with raw_server(provider) as server:
        client = open_client(server.url, auth=BearerAuth(JSON_GRANT))
        await client.send(READ)
        provider.given += 1
        await client.send(WRITE)

    assert calls_of(server) == ["/token", "/it", "/it", "/token", "/it"]
    assert [seen.token for seen in server.seen if seen.target == "/it"] == ["T1", "T1", "T3"]


async def test_a_401_is_never_retried_twice(open_client: OpenClient) -> None:
    provider = Provider()
    provider.refuse_everything = True
    async with raw_server(provider) as server:
        client = open_client(server.url, auth=BearerAuth(JSON_GRANT))
        with pytest.raises(Unauthorised, match="Unauthorized"):
            await client.send(READ)

    assert calls_of(server) == ["/token", "/it", "/token", "/it"]


async def test_a_401_for_a_token_that_somebody_has_replaced_needs_no_token_call(
    open_client: OpenClient,
) -> None:
    provider = Provider()
    late = asyncio.Event()

    async def slow_for_the_first(seen: Seen, wire: Wire) -> None:
        if seen.target == "/slow" and seen.token == "T1":
            await late.wait()
            await wire.answer(401, {})
        else:
            await provider(seen, wire)

    async with raw_server(slow_for_the_first) as server:
        client = open_client(server.url, auth=BearerAuth(JSON_GRANT))
        await client.send(READ)
        slow = asyncio.create_task(client.send(Call("slow", "GET", "/slow")))
        await server.wait_for(3)
        provider.given += 1
        await client.send(READ)
        asked = len(provider.asked)
        late.set()
        await slow

        assert len(provider.asked) == asked


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_refused_credentials_are_unauthorised(status: int, open_client: OpenClient) -> None:
    provider = Provider()
    provider.token_status = lambda fields: status
    async with raw_server(provider) as server:
        with pytest.raises(Unauthorised, match=r"test: create_token: .*check the credentials"):
            await open_client(server.url, auth=BearerAuth(JSON_GRANT)).send(WRITE)

    assert calls_of(server) == ["/token"]


@pytest.mark.parametrize("status", [302, 404, 408, 429, 500, 503])
async def test_a_failing_token_endpoint_is_transient_even_for_a_write(
    status: int, open_client: OpenClient
) -> None:
    provider = Provider()
    provider.token_status = lambda fields: status
    async with raw_server(provider) as server:
        with pytest.raises(Transient):
            await open_client(server.url, auth=BearerAuth(JSON_GRANT)).send(WRITE)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b"{}",
        b"",
        b'{"access_token": 7}',
        b'{"access_token": ""}',
        b'{"access_token": "T\\r\\nX-Other: 1"}',
        b'{"access_token": "\xc3\xa9"}',
    ],
)
async def test_a_token_answer_that_makes_no_sense_is_transient(
    body: bytes, open_client: OpenClient
) -> None:
    async def nonsense(seen: Seen, wire: Wire) -> None:
        await wire.answer(200, body)

    async with raw_server(nonsense) as server:
        with pytest.raises(Transient):
            await open_client(server.url, auth=BearerAuth(JSON_GRANT)).send(WRITE)


async def test_a_token_endpoint_that_drops_the_connection_is_transient_for_a_write(
    open_client: OpenClient,
) -> None:
    async def drop(seen: Seen, wire: Wire) -> None:
        wire.drop()

    async with raw_server(drop) as server:
        with pytest.raises(Transient):
            await open_client(server.url, auth=BearerAuth(JSON_GRANT)).send(WRITE)

        assert calls_of(server) == ["/token"]


async def test_a_failed_token_call_fails_everybody_who_waited_for_it_and_nobody_later(
    open_client: OpenClient,
) -> None:
    provider = Provider()
    provider.token_status = lambda fields: 500
    async with raw_server(provider) as server:
        all_at_once = Limits(1e9, 200)
        client = open_client(server.url, auth=BearerAuth(JSON_GRANT), limits=all_at_once)
        results = await asyncio.gather(
            *(client.send(READ) for _ in range(100)), return_exceptions=True
        )
        assert all(isinstance(result, Transient) for result in results)
        assert len(provider.asked) == 1

        provider.token_status = lambda fields: 200
        await client.send(READ)

    assert len(provider.asked) == 2


async def test_a_waiter_fetches_the_token_when_the_one_fetching_it_is_cancelled(
    open_client: OpenClient,
) -> None:
    provider = Provider()
    never = asyncio.Event()

    async def hang_once(seen: Seen, wire: Wire) -> None:
        if len(server.seen) == 1:
            await never.wait()
        await provider(seen, wire)

    async with raw_server(hang_once) as server:
        client = open_client(server.url, auth=BearerAuth(JSON_GRANT))
        first = asyncio.create_task(client.send(READ))
        await server.wait_for(1)
        second = asyncio.create_task(client.send(READ))
        await asyncio.sleep(0)
        first.cancel()

        assert (await second).body == {"ok": True}
        assert first.cancelled()


async def test_a_refresh_token_is_used_where_the_grant_says_how(open_client: OpenClient) -> None:
    provider, clock = Provider(refresh_token="R1"), FakeClock()
    async with raw_server(provider) as server:
        client = open_client(server.url, auth=BearerAuth(REFRESHING, clock))
        await client.send(READ)
        provider.token = {"expires_in": 120}  # not renewed: R1 stays good
        for _ in range(2):
            clock.seconds += 120
            await client.send(READ)

    refresh = {"grant_type": "refresh_token", "refresh_token": "R1"}
    assert provider.asked == [{"grant_type": "password"}, refresh, refresh]


@pytest.mark.parametrize("status", [400, 401, 404, 500])
async def test_a_refresh_that_is_refused_falls_back_to_the_whole_grant(
    status: int, open_client: OpenClient
) -> None:
    provider, clock = Provider(refresh_token="R1"), FakeClock()
    provider.token_status = lambda fields: status if "refresh_token" in fields else 200
    async with raw_server(provider) as server:
        client = open_client(server.url, auth=BearerAuth(REFRESHING, clock))
        await client.send(READ)
        clock.seconds += 120
        await client.send(READ)

    assert [fields["grant_type"] for fields in provider.asked] == [
        "password",
        "refresh_token",
        "password",
    ]


async def test_signing_in_asks_for_a_token_and_nothing_else(open_client: OpenClient) -> None:
    provider, clock = Provider(), FakeClock()
    async with raw_server(provider) as server:
        client = open_client(server.url, auth=BearerAuth(JSON_GRANT, clock), clock=clock)
        await client.sign_in()
        await client.sign_in()
        assert len(server.seen) == 1

    provider.token_status = lambda fields: 401
    async with raw_server(provider) as server:
        client = open_client(server.url, auth=BearerAuth(JSON_GRANT, clock), clock=clock)
        with pytest.raises(Unauthorised):
            await client.sign_in()


async def test_the_retry_after_of_a_token_endpoint_pauses_the_connection(
    open_client: OpenClient,
) -> None:
    provider, clock = Provider(), FakeClock()
    provider.token_status = lambda fields: 503
    provider.token_headers = {"Retry-After": "7"}
    async with raw_server(provider) as server:
        client = open_client(server.url, auth=BearerAuth(JSON_GRANT, clock), clock=clock)
        with pytest.raises(Transient) as raised:
            await client.send(READ)
        assert raised.value.retry_after == 7
        provider.token_status = lambda fields: 200
        await client.send(READ)

    assert clock.slept == [pytest.approx(7)]


async def test_a_key_goes_with_every_call_and_a_401_is_final(open_client: OpenClient) -> None:
    async def refuse_the_second(seen: Seen, wire: Wire) -> None:
        await wire.answer(401 if len(server.seen) == 2 else 200, {"said": seen.token})

    auth = KeyAuth("hush-hush")
    async with raw_server(refuse_the_second) as server:
        client = open_client(server.url, auth=auth)
        await client.sign_in()
        await client.send(READ)
        with pytest.raises(Unauthorised) as raised:
            await client.send(WRITE)

    assert [seen.token for seen in server.seen] == ["hush-hush", "hush-hush"]
    assert "hush" not in f"{auth!r} {raised.value} {raised.value.response_excerpt}"
    assert "***" in raised.value.response_excerpt


def test_a_grant_that_cannot_be_sent_is_refused_without_showing_it() -> None:
    with pytest.raises(ValueError, match=r"^password holds half a character") as raised:
        Grant("/token", {"grant_type": "password", "password": "hush-hush\udcff"})

    assert "hush" not in str(raised.value)


@pytest.mark.parametrize("key", ["", "hush-hush\n", "hüsh"])
def test_a_key_that_cannot_be_sent_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(ValueError, match="the key must be printable ASCII") as raised:
        KeyAuth(key)

    assert "hush" not in str(raised.value)
