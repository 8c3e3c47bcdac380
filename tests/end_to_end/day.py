"""A busy day without faults, lived once and looked at from many sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from deploy.sandbox.recording import RecordedRequest
from tests.end_to_end.told import Told, of_type
from tests.end_to_end.truth import Truth
from tests.end_to_end.world import TWO_LINES, opened


@dataclass(frozen=True)
class Day:
    """What the day left behind; `truth` still holds the providers' records."""

    told: list[Told]
    truth: Truth
    two_lines: dict[str, Any]  # an invoice of two lines that was paid
    puts: list[RecordedRequest]
    spans: Sequence[ReadableSpan]
    prefix: str
    database: Path

    def the(self, event_type: str, subject: str | None = None) -> Told:
        """The one event of a type."""
        (event,) = of_type(self.told, event_type, subject)
        return event

    @property
    def paid(self) -> Told:
        """The event of the invoice of two lines."""
        return self.the("plentific.invoice.paid", self.two_lines["uuid"])


async def live(
    folder: Path, empty_store: Path, kafka: str, prefix: str, spans: InMemorySpanExporter
) -> Day:
    """Live the day to its end; the books balance."""
    async with opened(folder, empty_store, kafka, prefix) as world:
        await world.start()
        await world.baselined()
        world.busy_day()
        return Day(
            told=await world.closed(),
            truth=world.truth,
            two_lines=world.invoice(TWO_LINES),
            puts=world.sandbox.state.requests.find("essensys", method="PUT"),
            spans=spans.get_finished_spans(),
            prefix=prefix,
            database=folder / "tiebeam.db",
        )
