"""A worker stands still, is taken for dead and wakes: it repeats nothing of what another did."""

from __future__ import annotations

import sys

import pytest

from tests.faults.plots import Freeze, History

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.real_kafka,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="whether a process stands still: /proc"),
]

FREEZES = (
    Freeze("frozen between produce and mark", "between-produce-and-mark"),
    Freeze("frozen after the claim", "after-claim"),
    Freeze("frozen after the intent", "after-intent"),
    Freeze("frozen with its lease extended", "before-call:2"),
    Freeze("frozen after the PUT was answered", "after-answer"),
)


@pytest.mark.parametrize("plot", FREEZES, ids=lambda plot: plot.name)
def test_a_worker_that_wakes_after_its_lease_repeats_nothing(history: History) -> None:
    assert history.discrepancies == []
    assert history.puts == 2
