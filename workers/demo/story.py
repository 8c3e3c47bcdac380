"""The story: what happens at the providers, and what must follow; it fails if it does not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from rich.console import Console
from rich.text import Text

from adapters.store import inbox
from deploy.sandbox.essensys.records import charge_sheets
from deploy.sandbox.plentific.invoices import pay_invoice
from deploy.sandbox.plentific.work_orders import add_status, create_work_order
from events.envelope import Event
from workers.demo import traces
from workers.demo.audience import Audience
from workers.demo.lines import charge_table, step_line
from workers.demo.scene import Scene
from workers.detect.poller import overview

PATIENCE = 30.0
"""Seconds after which what should follow is given up."""
TWO_LINES, ONE_LINE = 1, 7
"""Unpaid invoices of the simulated Plentific, by their place."""


@dataclass
class Story:
    """The scene with its audience, and what the story has to check in the end."""

    scene: Scene
    audience: Audience
    console: Console
    spans: InMemorySpanExporter
    charges_before: set[str]
    due: int = 0
    steps: int = field(default=0)

    def step(self, text: str) -> None:
        """Begin a step."""
        self.steps += 1
        self.console.print(step_line(self.steps, text))

    def note(self, text: str) -> None:
        """Say something about a step."""
        self.console.print(Text(f"           {text}", "dim"))


async def tell(
    scene: Scene, audience: Audience, console: Console, spans: InMemorySpanExporter
) -> bool:
    """Tell the story; return whether each recharged line was charged exactly once.

    Raises:
        TimeoutError: Something that should follow did not.
    """
    before = {sheet["chargesheetid"] for sheet in _sheets(scene)}
    story = Story(scene, audience, console, spans, before)
    await _first_look(story)
    await _work_orders_move(story)
    paid = await _invoice_is_paid(story)
    await _answer_is_lost(story)
    return _summary(story, paid)


async def _first_look(story: Story) -> None:
    story.step("Tiebeam looks at Plentific for the first time, and says nothing of what was there")
    sources = story.scene.parts.sources
    async with asyncio.timeout(PATIENCE):
        while not all(progress.baseline_at for _, progress in await overview(sources)):
            await story.scene.parts.clock.sleep(0.1)
    for source, progress in await overview(sources):
        story.note(f"{source.stream.name}: {progress.total} known, 0 events")


async def _work_orders_move(story: Story) -> None:
    story.step("At Plentific a contractor finishes a repair, and a tenant reports a new one")
    sandbox = story.scene.sandbox.state
    hired = next(
        order["uuid"] for order in sandbox.plentific.work_orders if order["status"] == "hired"
    )
    add_status(sandbox.plentific, hired, "booked", sandbox.now())
    add_status(sandbox.plentific, hired, "done", sandbox.now())
    create_work_order(
        sandbox.plentific,
        sandbox.now(),
        {"external_reference": "EX-2001", "property_external_reference": "PROP-002"},
    )
    await story.audience.until(
        lambda seen: (
            _count(seen, "plentific.work_order.status_changed") >= 2
            and _count(seen, "plentific.work_order.created") >= 1
        ),
        PATIENCE,
    )
    story.note("both steps of the first repair were seen, though they lay between two looks")


async def _invoice_is_paid(story: Story) -> Event:
    story.step("An invoice is paid at Plentific: its lines are charged on in essensys Operate")
    invoice = _pay(story, TWO_LINES)
    await _charged(story)
    return next(event for event in story.audience.seen if _is_paid(event, invoice))


async def _answer_is_lost(story: Story) -> None:
    story.step("Another one is paid, and essensys loses its answer after it has written the charge")
    faults = story.scene.sandbox.state.faults
    faults.add("drop_after", provider="essensys", method="PUT", times=1)
    invoice = _pay(story, ONE_LINE)
    await story.audience.until(
        lambda seen: any(_is_paid(event, invoice) for event in seen), PATIENCE
    )
    story.note(await _why_retrying(story))
    await _charged(story)


async def _why_retrying(story: Story) -> str:
    store = story.scene.parts.store
    async with asyncio.timeout(PATIENCE):
        while True:
            async with store.read() as tx:
                waiting = await inbox.find(tx, states=["retrying"])
            if waiting:
                return f"retrying: {waiting[0].reason}"
            await story.scene.parts.clock.sleep(0.05)


def _pay(story: Story, place: int) -> str:
    sandbox = story.scene.sandbox.state
    invoice = list(sandbox.plentific.invoices)[place]
    pay_invoice(sandbox.plentific, invoice["uuid"], sandbox.now())
    story.due += len(invoice["items"])
    return str(invoice["uuid"])


async def _charged(story: Story) -> None:
    succeeded = _count(story.audience.seen, "tiebeam.reaction.succeeded")
    await story.audience.until(
        lambda seen: (
            _count(seen, "essensys.charge_sheet.created") >= story.due
            and _count(seen, "tiebeam.reaction.succeeded") > succeeded
        ),
        PATIENCE,
    )


def _summary(story: Story, paid: Event) -> bool:
    story.step("What essensys holds now, and the way of the first paid invoice")
    new = [s for s in _sheets(story.scene) if s["chargesheetid"] not in story.charges_before]
    story.console.print(charge_table(new))
    story.console.print(traces.draw(story.spans.get_finished_spans(), paid.traceparent or ""))
    references = {sheet["referencetext"] for sheet in new}
    once = len(new) == len(references) == story.due
    verdict = "each exactly once" if once else f"but {story.due} were due"
    story.console.print(
        Text.assemble(
            "\n",
            (" ok " if once else " WRONG ", "reverse green" if once else "reverse red"),
            f" {len(story.audience.seen)} events on Kafka, {len(new)} charge sheets, {verdict}.",
        )
    )
    return once


def _sheets(scene: Scene) -> list[dict[str, Any]]:
    return charge_sheets(scene.sandbox.state.essensys)


def _count(seen: list[Event], event_type: str) -> int:
    return sum(event.type == event_type for event in seen)


def _is_paid(event: Event, invoice: str) -> bool:
    return event.type == "plentific.invoice.paid" and event.subject == invoice
