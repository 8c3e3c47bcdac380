"""Settings that can be read and do not fit together: told with their key, before anything runs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.workers.configuration import OPERATE, PLENTIFIC, RECHARGE, SECRET, Write
from tests.workers.fake_clock import FakeClock
from workers.detect.observe import LARGEST_ARRIVAL, LARGEST_REMOVAL
from workers.react.registry import REACTIONS
from workers.settings import SettingsError, load
from workers.wiring import assemble


def contradiction(path: Path) -> str:
    """The one line that says why the parts cannot be built from settings that can be read."""

    async def build() -> None:
        async with assemble(load(path, {}), path, FakeClock()):
            pass

    with pytest.raises(SettingsError) as caught:
        asyncio.run(build())
    line = str(caught.value)
    assert len(line.splitlines()) == 1
    assert SECRET not in line
    return line.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            PLENTIFIC + '[connections.plentific.streams.invoice]\nevery = "60s"\n',
            "connections.plentific.streams.invoice: no such stream; "
            "there are: bookings, completion-reports, invoices, outstanding-issues, quotes, "
            "work-orders",
        ),
        (
            OPERATE + '[connections.operate.streams.lead]\nevery = "60s"\n',
            "connections.operate.streams.lead: no such stream; "
            "there are: accounts, bookings, invoices, leads",
        ),
        (
            RECHARGE.replace("recharge-paid-invoice", "rewrite-history"),
            f"reactions.rewrite-history: no such reaction; there are: {', '.join(REACTIONS)}",
        ),
        (
            OPERATE + RECHARGE,
            "reactions.recharge-paid-invoice.from: there is no connection 'plentific'",
        ),
        (
            PLENTIFIC + OPERATE + RECHARGE.replace('to = "operate"', 'to = "plentific"'),
            "reactions.recharge-paid-invoice.to: 'plentific' is plentific, but must be essensys",
        ),
        (
            PLENTIFIC + OPERATE + RECHARGE + 'mode = "alive"\n',
            "reactions.recharge-paid-invoice.mode: Input should be 'off', 'dry-run' or 'live'",
        ),
        (
            PLENTIFIC + OPERATE + RECHARGE + 'speed = "high"\n',
            "reactions.recharge-paid-invoice.speed: unknown key",
        ),
        (
            PLENTIFIC + OPERATE + RECHARGE.replace('from = "plentific"', ""),
            "reactions.recharge-paid-invoice.from: is missing",
        ),
        (
            PLENTIFIC + 'limits = { timeout = "5m" }\n',
            "react.lease: must be at least twice connections.plentific.limits.timeout",
        ),
    ],
)
def test_settings_that_do_not_fit_together_are_told_with_their_key(
    write: Write, text: str, line: str
) -> None:
    assert contradiction(write(text)) == line


async def test_what_the_section_of_a_stream_says_is_how_it_is_looked_at(write: Write) -> None:
    section = """
[connections.plentific.streams.invoices]
every = "90s"
largest_removal = 0
largest_arrival = 1
"""
    path = write(PLENTIFIC + section)

    async with assemble(load(path, {}), path, FakeClock()) as parts:
        found = {source.stream.name: source for source in parts.sources}

    invoices, quotes = found["invoices"], found["quotes"]
    assert invoices.cadence == replace(invoices.stream.cadence, every=timedelta(seconds=90))
    assert (invoices.largest_removal, quotes.largest_removal) == (0, LARGEST_REMOVAL)
    assert (invoices.largest_arrival, quotes.largest_arrival) == (1, LARGEST_ARRIVAL)
    assert quotes.cadence == quotes.stream.cadence
