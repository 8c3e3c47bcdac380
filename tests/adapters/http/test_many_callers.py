"""A hundred callers at once: the limits, the pauses, the token, and those who change their mind."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import pairwise

import httpx
import pytest

from adapters.http.auth import BearerAuth, Grant
from adapters.http.call import Answer, Call
from adapters.http.client import HttpClient
from adapters.http.errors import Transient
from adapters.http.limits import Limits, Priority, at_priority
from tests.adapters.http.conftest import OpenClient
from tests.adapters.http.fake_clock import FakeClock
from tests.adapters.http.servers import Seen, Wire, raw_server
from tests.adapters.http.token_provider import Provider

READ = Call("read_it", "GET", "/it")
FILE = Call("get_file", "GET", "/file")
REFRESHING = Grant("/token", {"grant_type": "password"}, refresh={"grant_type": "refresh_token"})


class Recorder(httpx.AsyncBaseTransport):
    """Answers after some turns of the event loop; notes when requests start and how many fly."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.starts: list[float] = []
        self.flying = self.highest = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.starts.append(self.clock.seconds)
        self.flying += 1
        self.highest = max(self.highest, self.flying)
        for _ in range(20):
            await asyncio.sleep(0)
        self.flying -= 1
        return httpx.Response(200, json={})


async def send_hundred(client: HttpClient) -> list[Answer | BaseException]:
    calls = (client.send(READ) for _ in range(100))
    async with asyncio.timeout(10):
        return await asyncio.gather(*calls, return_exceptions=True)


async def test_a_hundred_callers_start_no_faster_than_the_rate_and_fly_no_more_than_may(
    open_client: OpenClient,
) -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    limits = Limits(requests_per_second=50, max_in_flight=5)
    client = open_client("http://mock.test", clock=clock, limits=limits, transport=recorder)
    ended = await send_hundred(client)

    assert all(isinstance(end, Answer) for end in ended)
    assert recorder.highest == 5
    assert len(recorder.starts) == 100
    assert min(later - earlier for earlier, later in pairwise(recorder.starts)) >= 0.02 - 1e-9


async def test_a_hundred_callers_use_all_places_in_flight_and_not_one_more(
    open_client: OpenClient,
) -> None:
    full = asyncio.Event()
    flying = highest = 0

    async def hold_until_full(seen: Seen, wire: Wire) -> None:
        nonlocal flying, highest
        flying += 1
        highest = max(highest, flying)
        if flying == 8:
            full.set()
        await full.wait()
        flying -= 1
        await wire.answer(200, {})

    async with raw_server(hold_until_full) as server, asyncio.timeout(10):
        client = open_client(server.url, limits=Limits(1e9, 8))
        waiting = asyncio.create_task(send_hundred(client))
        await full.wait()
        await waiting

        assert highest == 8
        assert len(server.connections) == 8


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (429, {"Retry-After": "9"}),
        (429, {"Retry-After": "Mon, 02 Mar 2026 09:00:09 GMT"}),
        (
            503,
            {
                "Retry-After": "Fri, 01 Jan 2021 00:00:09 GMT",
                "Date": "Fri, 01 Jan 2021 00:00:00 GMT",
            },
        ),
    ],
)
async def test_nobody_of_a_hundred_starts_before_the_time_that_one_was_told(
    status: int, headers: dict[str, str], open_client: OpenClient
) -> None:
    clock = FakeClock()
    arrivals: list[float] = []

    async def refuse_the_third(seen: Seen, wire: Wire) -> None:
        arrivals.append(clock.seconds)
        if len(arrivals) == 3:
            await wire.answer(status, {}, headers)
        else:
            await wire.answer(200, {})

    async with raw_server(refuse_the_third) as server:
        client = open_client(server.url, clock=clock, limits=Limits(1e9, 1))
        ended = await send_hundred(client)

    assert sum(isinstance(end, Transient) for end in ended) == 1
    assert len(arrivals) == 100
    told_at = arrivals[2]
    assert min(arrivals[3:]) >= told_at + 9 - 1e-6


async def test_a_hundred_callers_told_to_wait_long_are_refused_at_once_and_told_how_long(
    open_client: OpenClient,
) -> None:
    async def refuse(seen: Seen, wire: Wire) -> None:
        await wire.answer(429, {}, {"Retry-After": "120"})

    async with raw_server(refuse) as server:
        client = open_client(server.url, clock=FakeClock(), limits=Limits(1e9, 1))
        with pytest.raises(Transient):
            await client.send(READ)
        ended = await send_hundred(client)

        assert len(server.seen) == 1
    assert {end.retry_after for end in ended if isinstance(end, Transient)} == {120}


class Strict:
    """A provider that takes so many requests in any second, and refuses all others."""

    def __init__(self, clock: FakeClock, a_second: int) -> None:
        self.clock = clock
        self.a_second = a_second
        self.answered: list[tuple[str, int, float]] = []
        self._taken: deque[float] = deque(maxlen=a_second)

    async def __call__(self, seen: Seen, wire: Wire) -> None:
        now = self.clock.seconds
        full = len(self._taken) == self.a_second and now - self._taken[0] < 1
        if not full:
            self._taken.append(now)
        self.answered.append((seen.target, 429 if full else 200, now))
        await wire.answer(429 if full else 200, {})


async def flood(client: HttpClient, path: str, until: Callable[[], bool]) -> None:
    """Send one call after the other, whatever becomes of them."""
    while not until():
        with contextlib.suppress(Transient):
            await client.send(Call("flood", "GET", path))


async def test_a_provider_that_takes_less_than_is_configured_seldom_has_to_refuse(
    open_client: OpenClient,
) -> None:
    clock = FakeClock()
    provider = Strict(clock, a_second=2)

    def over() -> bool:
        return clock.seconds >= 1000 + 300

    async with raw_server(provider) as server, asyncio.timeout(20):
        client = open_client(server.url, clock=clock, limits=Limits(8, 4))
        await asyncio.gather(*(flood(client, "/it", over) for _ in range(8)))

    refused = [at for _, status, at in provider.answered if status == 429]
    assert len([at for at in refused if at < 1010]) >= 2  # from 8 a second to 2
    assert len([at for at in refused if at >= 1010]) <= 3  # in five minutes
    # and it is not slow for that: more than half of what the provider would take
    assert len(provider.answered) >= 300 * 2 * 0.6


async def test_reactions_go_first_through_a_flood_of_sweeps_at_a_provider_that_refuses(
    open_client: OpenClient,
) -> None:
    clock = FakeClock()
    provider = Strict(clock, a_second=2)
    gone_before: list[int] = []

    def due() -> bool:
        return len(provider.answered) >= 25 * (len(gone_before) + 1)

    async def react(client: HttpClient) -> None:
        for number in range(1, 6):
            await until(due)
            asked = len(provider.answered)
            with contextlib.suppress(Transient):
                await client.send(Call("react", "GET", f"/reaction/{number}"))
            targets = [target for target, _, _ in provider.answered]
            gone_before.append(targets.index(f"/reaction/{number}") - asked)

    async with raw_server(provider) as server, asyncio.timeout(20):
        client = open_client(server.url, clock=clock, limits=Limits(16, 1))
        with at_priority(Priority.REACTION):
            reacting = asyncio.create_task(react(client))
        with at_priority(Priority.SWEEP):
            sweeps = [flood(client, "/sweep", reacting.done) for _ in range(50)]
            await asyncio.gather(reacting, *sweeps)

    assert len(gone_before) == 5
    assert max(gone_before) <= 1  # the one that was under way


@pytest.mark.parametrize("refused", [False, True])
async def test_a_hundred_callers_with_an_ended_token_refresh_it_once(
    refused: bool, open_client: OpenClient
) -> None:
    provider, clock = Provider(refresh_token="R1"), FakeClock()
    if refused:
        provider.token_status = lambda fields: 400 if "refresh_token" in fields else 200
    async with raw_server(provider) as server:
        auth = BearerAuth(REFRESHING, clock)
        client = open_client(server.url, auth=auth, limits=Limits(1e9, 100))
        await client.send(READ)
        clock.seconds += 120
        ended = await send_hundred(client)

    assert all(isinstance(end, Answer) for end in ended)
    grants = [fields["grant_type"] for fields in provider.asked]
    assert grants == ["password", "refresh_token", *(["password"] if refused else [])]


async def send(client: HttpClient) -> object:
    return (await client.send(READ)).body


async def stream(client: HttpClient) -> object:
    async with client.stream(FILE) as download:
        return b"".join([chunk async for chunk in download])


class Stopping:
    """A provider that stops at one point of its answers until it may go on."""

    def __init__(self, point: str) -> None:
        self.point = point
        self.stopped = 0
        self.go_on = asyncio.Event()

    async def __call__(self, seen: Seen, wire: Wire) -> None:
        if seen.target == "/token":
            await self._stop("waiting for a token")
            await wire.answer(200, {"access_token": "T"})
            return
        await self._stop("in flight")
        await wire.answer(200, b'{"a":', content_length=8)
        await self._stop("reading")
        await wire.more(b" 1}")

    async def _stop(self, point: str) -> None:
        if self.point == point:
            self.stopped += 1
            await self.go_on.wait()


@pytest.mark.parametrize(
    ("point", "use", "in_flight", "open_before", "open_after"),
    [
        ("in flight", send, 8, 8, 8),  # most wait for their slot
        ("waiting for a token", send, 100, 1, 1),
        ("in flight", send, 100, 100, 50),
        ("reading", send, 100, 100, 50),
        ("reading", stream, 100, 100, 50),
    ],
    ids=["before the slot", "waiting for a token", "in flight", "reading the body", "streaming"],
)
async def test_half_of_a_hundred_callers_leave_nothing_behind_when_they_are_cancelled(
    point: str,
    use: Callable[[HttpClient], Awaitable[object]],
    in_flight: int,
    open_before: int,
    open_after: int,
    open_client: OpenClient,
) -> None:
    provider = Stopping(point)
    async with raw_server(provider) as server, asyncio.timeout(10):
        others = asyncio.all_tasks()
        auth = BearerAuth(Grant("/token", {}))
        client = open_client(server.url, auth=auth, limits=Limits(1e9, in_flight))
        callers = [asyncio.ensure_future(use(client)) for _ in range(100)]
        await until(lambda: provider.stopped >= open_before)
        cancelled = random.Random(point).sample(callers, 50)
        for caller in cancelled:
            caller.cancel()
        await asyncio.gather(*cancelled, return_exceptions=True)

        assert all(caller.cancelled() for caller in cancelled)
        await until(lambda: server.open_connections() == open_after)
        provider.go_on.set()
        staying = [caller for caller in callers if caller not in cancelled]
        assert len({str(end) for end in await asyncio.gather(*staying)}) == 1
        await every_slot_is_free(client, in_flight)
        await client.aclose()
        await until(lambda: server.open_connections() == 0)
        await until(lambda: asyncio.all_tasks() == others)


@pytest.mark.parametrize("seed", range(2))
async def test_callers_cancelled_anywhere_leave_nothing_behind(
    seed: int, open_client: OpenClient
) -> None:
    chance = random.Random(seed)

    async def hesitating(seen: Seen, wire: Wire) -> None:
        body = b'{"access_token": "T", "expires_in": 120}'
        await hesitate(5)
        await wire.answer(200, body[:9], content_length=len(body))
        await hesitate(5)
        await wire.more(body[9:])

    async def hesitate(longest: int) -> None:
        for _ in range(chance.randrange(longest)):
            await asyncio.sleep(0)

    async with raw_server(hesitating) as server, asyncio.timeout(10):
        others = asyncio.all_tasks()
        auth = BearerAuth(Grant("/token", {}))
        client = open_client(server.url, auth=auth, limits=Limits(1e9, 20))
        uses = [chance.choice((send, stream)) for _ in range(100)]
        callers = [asyncio.ensure_future(use(client)) for use in uses]
        cancelled = chance.sample(callers, 50)
        for caller in cancelled:
            await hesitate(10)
            caller.cancel()
        ended = await asyncio.gather(*callers, return_exceptions=True)

        failed = [end for end in ended if isinstance(end, BaseException)]
        assert all(isinstance(end, asyncio.CancelledError) for end in failed), failed
        await every_slot_is_free(client, 20)
        await client.aclose()
        await until(lambda: server.open_connections() == 0)
        await until(lambda: asyncio.all_tasks() == others)


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110  sockets and tasks end without an event
        await asyncio.sleep(0)


async def every_slot_is_free(client: HttpClient, slots: int) -> None:
    async with contextlib.AsyncExitStack() as held:
        downloads = (client.stream(FILE) for _ in range(slots))
        await asyncio.gather(*(held.enter_async_context(download) for download in downloads))
