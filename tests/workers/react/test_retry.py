"""Retries come soon at first, then every quarter of an hour, and never before the provider asks."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest

from tests.workers.fake_clock import START
from workers.react.retry import LONGEST, next_attempt


class Least(Random):
    def random(self) -> float:
        return 0.0


class Most(Random):
    def random(self) -> float:
        return 1.0


def seconds(at: datetime) -> float:
    return (at - START).total_seconds()


@pytest.mark.parametrize(
    ("attempts", "pause"), [(0, 1), (1, 1), (2, 2), (3, 4), (10, 512), (11, 900), (1_000_000, 900)]
)
def test_the_pause_doubles_up_to_a_quarter_of_an_hour(attempts: int, pause: float) -> None:
    assert seconds(next_attempt(attempts, START, None, Least())) == pause


def test_jitter_adds_a_quarter_at_most() -> None:
    assert seconds(next_attempt(1, START, None, Most())) == 1.25
    assert next_attempt(99, START, None, Most()) - START == LONGEST * 1.25


@pytest.mark.parametrize(("asked", "pause"), [(0.0, 8), (7.5, 8), (120.0, 120), (86_400.0, 86_400)])
def test_a_longer_wish_of_the_provider_is_obeyed(asked: float, pause: float) -> None:
    assert seconds(next_attempt(4, START, asked, Least())) == pause


def test_many_reactions_do_not_come_back_at_once() -> None:
    random = Random(1)

    assert len({next_attempt(5, START, None, random) for _ in range(100)}) == 100


def test_the_time_keeps_its_zone() -> None:
    assert next_attempt(1, START, None, Least()) == START + timedelta(seconds=1)
    assert next_attempt(1, START, None, Least()).tzinfo is START.tzinfo
