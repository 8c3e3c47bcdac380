"""The pace: halved by a refusal, back little by little, and the same after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from adapters.http.auth import BearerAuth, Grant
from adapters.http.call import Call
from adapters.http.client import HttpClient
from adapters.http.errors import ProviderError
from adapters.http.limits import Limits, RateLimiter
from adapters.http.pace import LONGEST_PAUSE, Pace, Pacer
from tests.adapters.http.conftest import OpenClient
from tests.adapters.http.fake_clock import START, FakeClock
from tests.adapters.http.servers import Seen, Wire, raw_server

READ = Call("read_it", "GET", "/it")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def pacer(clock: FakeClock) -> Pacer:
    return Pacer(10.0, clock)


def refuse(pacer: Pacer, clock: FakeClock, times: int = 1) -> None:
    """Refuse requests of which each began after the refusal before it."""
    for _ in range(times):
        clock.seconds += 0.01
        pacer.slow_down(clock.seconds)


def test_a_refusal_halves_the_pace(pacer: Pacer, clock: FakeClock) -> None:
    assert pacer.pace() == 10
    refuse(pacer, clock)

    assert pacer.pace() == 5


def test_starts_are_twice_as_far_apart_after_a_refusal(pacer: Pacer, clock: FakeClock) -> None:
    pacer.start()
    refuse(pacer, clock)

    assert pacer.due_in() == pytest.approx(0.2)
    clock.seconds += 0.2
    pacer.start()
    assert pacer.due_in() == pytest.approx(0.2, rel=1e-3)


def test_refusals_of_what_was_under_way_together_halve_the_pace_once(
    pacer: Pacer, clock: FakeClock
) -> None:
    began = [clock.seconds + 0.1 * number for number in range(8)]
    clock.seconds += 2
    for one in began:
        pacer.slow_down(one)
        clock.seconds += 0.05

    assert pacer.pace() == pytest.approx(5, rel=1e-3)
    pacer.slow_down(clock.seconds)  # this one began at the new pace
    assert pacer.pace() == pytest.approx(2.5, rel=1e-3)


def test_the_pace_never_falls_below_a_twentieth(pacer: Pacer, clock: FakeClock) -> None:
    refuse(pacer, clock, times=50)

    assert pacer.pace() == pytest.approx(0.5, rel=1e-3)


def test_the_pace_comes_back_by_a_twentieth_of_what_is_configured_a_minute(
    pacer: Pacer, clock: FakeClock
) -> None:
    refuse(pacer, clock)
    paces = []
    for _ in range(12):
        clock.seconds += 60
        paces.append(pacer.pace())

    assert paces == pytest.approx([5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9, 9.5, 10, 10, 10])


def test_the_pace_comes_back_only_after_the_pause(pacer: Pacer, clock: FakeClock) -> None:
    pacer.pause(120)
    refuse(pacer, clock)
    clock.seconds += 119
    assert pacer.pace() == 5
    clock.seconds += 61

    assert pacer.pace() == pytest.approx(5.5, rel=1e-3)


def test_a_refusal_while_the_pace_comes_back_halves_what_it_has_come_to(
    pacer: Pacer, clock: FakeClock
) -> None:
    refuse(pacer, clock)
    clock.seconds += 4 * 60
    refuse(pacer, clock)

    assert pacer.pace() == pytest.approx(3.5, rel=1e-3)


@pytest.mark.parametrize("refusals", [0, 1, 3, 50])
@pytest.mark.parametrize("gone", [0, 1, 30, 60, 400, 3600, 86_400])
def test_a_pace_that_is_resumed_is_the_one_of_a_process_that_never_stopped(
    refusals: int, gone: float, pacer: Pacer, clock: FakeClock
) -> None:
    if refusals:
        pacer.pause(45)
    refuse(pacer, clock, refusals)
    clock.seconds += 20
    saved = pacer.export()
    restarted_clock = FakeClock()  # at 1000 s like the first: monotonic time begins anywhere
    restarted_clock.now = lambda: clock.now()  # type: ignore[method-assign]
    clock.seconds += gone
    resumed = Pacer(10.0, restarted_clock)
    resumed.resume(saved)

    assert resumed.pace() == pytest.approx(pacer.pace(), rel=1e-6)
    assert resumed.pause_left() == pytest.approx(pacer.pause_left(), abs=1e-5)


def test_a_pace_says_when_and_until_when_it_pauses(pacer: Pacer, clock: FakeClock) -> None:
    clock.seconds += 60
    pacer.pause(30)

    assert pacer.export() == Pace(
        10.0, START + timedelta(seconds=90), START + timedelta(seconds=60)
    )


@pytest.mark.parametrize(("saved", "resumed"), [(1000.0, 10), (0.0, 0.5), (-3.0, 0.5)])
def test_a_pace_that_is_resumed_keeps_to_what_is_configured_now(
    saved: float, resumed: float, pacer: Pacer
) -> None:
    pacer.resume(Pace(saved, START, START))

    assert pacer.pace() == resumed


def test_a_pace_from_the_future_neither_stops_a_connection_nor_slows_it_for_ever(
    pacer: Pacer, clock: FakeClock
) -> None:
    in_ten_years = START + timedelta(days=3650)
    pacer.resume(Pace(5.0, in_ten_years, in_ten_years))

    assert pacer.pause_left() == LONGEST_PAUSE
    assert pacer.pace() == 5
    clock.seconds += LONGEST_PAUSE + 600
    assert pacer.pace() == pytest.approx(10)


def test_what_another_process_was_refused_never_makes_this_one_faster(
    pacer: Pacer, clock: FakeClock
) -> None:
    refuse(pacer, clock, 2)
    pacer.resume(Pace(5.0, START, clock.now()))
    assert pacer.pace() == pytest.approx(2.5, abs=0.01)

    pacer.resume(Pace(1.0, START, clock.now()))
    assert pacer.pace() == 1


def test_what_was_under_way_when_another_process_was_refused_does_not_halve_the_pace_again(
    pacer: Pacer, clock: FakeClock
) -> None:
    began = clock.seconds
    clock.seconds += 1
    pacer.resume(Pace(5.0, START, clock.now()))
    pacer.slow_down(began)
    assert pacer.pace() == 5

    refuse(pacer, clock)
    assert pacer.pace() == pytest.approx(2.5, abs=0.01)


@pytest.mark.parametrize(
    ("status", "headers", "pace"),
    [
        (429, {}, 5),
        (429, {"Retry-After": "0"}, 5),
        (503, {"Retry-After": "0"}, 5),
        (503, {}, 10),
        (500, {"Retry-After": "0"}, 10),
        (404, {}, 10),
    ],
)
async def test_only_what_says_too_fast_slows_a_connection_down(
    status: int, headers: dict[str, str], pace: float, open_client: OpenClient
) -> None:
    async def answer(seen: Seen, wire: Wire) -> None:
        await wire.answer(status, {}, headers)

    async with raw_server(answer) as server:
        client = open_client(server.url, clock=FakeClock(), limits=Limits(10, 1))
        with pytest.raises(ProviderError):
            await client.send(READ)

    assert client.limiter.pace() == pace


async def test_a_token_that_is_refused_for_being_asked_too_often_slows_down_too(
    open_client: OpenClient,
) -> None:
    async def answer(seen: Seen, wire: Wire) -> None:
        await wire.answer(429 if seen.target == "/token" else 200, {})

    async with raw_server(answer) as server:
        client = open_client(
            server.url,
            clock=FakeClock(),
            limits=Limits(10, 1),
            auth=BearerAuth(Grant("/token", {})),
        )
        with pytest.raises(ProviderError):
            await client.send(READ)

    assert client.limiter.pace() == 5


def test_the_present_pace_and_pause_of_each_connection_are_metrics() -> None:
    clock = FakeClock()
    calm, slowed = (
        HttpClient(connection=name, base_url="http://mock.test", limits=Limits(4, 1), clock=clock)
        for name in ("calm", "slowed")
    )
    slowed.limiter.pause(30)
    slowed.limiter.slow_down(clock.seconds)
    clock.seconds += 10

    assert list(measured("calm")) == [4, 0]
    assert list(measured("slowed")) == [2, 20]
    clock.seconds += 20 + 60
    assert list(measured("slowed")) == [pytest.approx(2.2), 0]
    assert isinstance(calm.limiter, RateLimiter)


def measured(connection: str) -> Iterator[float | None]:
    """The pace and the pause of a connection as the metrics have them."""
    for name in ("pace", "pause_seconds"):
        labels = {"connection": connection}
        yield REGISTRY.get_sample_value(f"tiebeam_rate_limit_{name}", labels)


def test_a_start_that_did_not_happen_leaves_its_time_to_another(pacer: Pacer) -> None:
    pacer.undo(pacer.start())

    assert pacer.due_in() <= 0


def test_a_start_is_not_undone_when_another_came_after_it(pacer: Pacer, clock: FakeClock) -> None:
    first = pacer.start()
    clock.seconds += 0.1
    pacer.start()
    pacer.undo(first)

    assert pacer.due_in() == pytest.approx(0.1)


def test_a_start_is_not_undone_when_the_provider_refused_meanwhile(
    pacer: Pacer, clock: FakeClock
) -> None:
    start = pacer.start()
    refuse(pacer, clock)
    pacer.undo(start)

    assert pacer.due_in() > 0.1
