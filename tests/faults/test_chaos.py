"""Three replicas of each role, on PostgreSQL and three brokers, and all of them die at times.

CHAOS_SECONDS lets it rage for longer than in each run; 600 is what was held.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kafka.cluster import Cluster
from tests.faults.chaos import chaos, play
from tests.postgres import Server, started

pytestmark = [pytest.mark.kafka, pytest.mark.real_kafka, pytest.mark.slow]

SECONDS = float(os.environ.get("CHAOS_SECONDS", "40"))


@pytest.fixture
def server() -> Iterator[Server]:
    """A durable PostgreSQL of its own."""
    server = started()
    yield server
    server.remove()


async def test_whoever_dies_nothing_is_lost_and_nothing_is_done_twice(
    three_brokers: Cluster, server: Server, tmp_path: Path
) -> None:
    async with chaos(three_brokers, server, tmp_path, seed=43) as on:
        wrong = await play(on, SECONDS)

        assert wrong == []
        harmed = ("poll", "relay", "react", "broker", "database")
        assert min(on.harmed[one] for one in harmed) >= 1, on.harmed
        assert len(on.stage.sandbox.state.requests.find(provider="essensys", method="PUT")) > 10
