"""A worker that ends waits for the tasks that a library left behind, but not without end."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from workers.cli import run

kept: list[asyncio.Task[None]] = []


async def _stubborn(goes_on: asyncio.Event) -> None:
    while not goes_on.is_set():
        try:
            await goes_on.wait()
        except asyncio.CancelledError:
            continue


def test_a_task_that_does_not_hear_that_it_is_cancelled_keeps_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "LEFT_BEHIND", 0.01)

    async def work() -> None:
        kept.append(asyncio.create_task(_stubborn(asyncio.Event()), name="stubborn"))
        await asyncio.sleep(0)

    with capture_logs() as logged:
        run._to_the_end(work())

    assert [one["task"] for one in logged if one["event"] == "left behind"] == ["stubborn"]
