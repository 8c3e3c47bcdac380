"""The pulse: a loop that stands still is stuck; one that turns, or has ended, is not."""

from __future__ import annotations

import pytest

from workers.telemetry import pulse


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The steady clock, of which the last entry is the time."""
    told = [1_000.0]
    monkeypatch.setattr("time.monotonic", lambda: told[-1])
    return told


def test_a_loop_that_turns_in_time_is_not_stuck(seconds: list[float]) -> None:
    with pulse.of("relay") as turned:
        seconds.append(seconds[-1] + pulse.LONGEST_TURN)
        assert pulse.stuck() == []
        turned()
        seconds.append(seconds[-1] + pulse.LONGEST_TURN)
        assert pulse.stuck() == []


def test_a_loop_that_stands_still_is_stuck_until_it_turns(seconds: list[float]) -> None:
    with pulse.of("relay") as turned, pulse.of("crew of poll"):
        seconds.append(seconds[-1] + pulse.LONGEST_TURN + 1)
        assert pulse.stuck() == ["crew of poll", "relay"]
        turned()
        assert pulse.stuck() == ["crew of poll"]


def test_a_loop_that_has_ended_has_no_pulse(seconds: list[float]) -> None:
    with pulse.of("relay"):
        pass
    seconds.append(seconds[-1] + pulse.LONGEST_TURN + 1)

    assert pulse.stuck() == []
