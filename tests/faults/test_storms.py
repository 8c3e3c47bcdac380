"""Workers are killed at random times under steady business: nothing is lost, nothing doubled."""

from __future__ import annotations

import pytest

from tests.faults.plots import History, Storm

pytestmark = [pytest.mark.kafka, pytest.mark.real_kafka, pytest.mark.slow]


@pytest.mark.parametrize(
    "plot",
    [Storm(seed=41, readable=True), Storm(seed=42, readable=False)],
    ids=lambda plot: plot.name,
)
def test_random_kills_lose_nothing_and_double_nothing(history: History) -> None:
    assert history.discrepancies == []
    assert history.puts >= 10
