"""The demo from its first line to its last."""

from __future__ import annotations

import asyncio
from pathlib import Path

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from workers.cli.context import Failed, out
from workers.demo.audience import audience
from workers.demo.scene import Scene, scene
from workers.demo.story import tell
from workers.run import stop_on_signals
from workers.telemetry import logs, tracing


async def play(folder: Path, keep: bool) -> None:
    """Play it with its files in `folder`; with `keep`, leave all running until interrupted.

    Raises:
        Failed: The effects are not what was due.
    """
    with (folder / "log.jsonl").open("w", encoding="utf-8") as log:
        logs.configure("info", log)
        spans = InMemorySpanExporter()
        tracing.install(tracing.provider(SimpleSpanProcessor(spans)))
        out.print("Starting a broker, the simulated providers and the workers ...")
        async with scene(folder) as set_up:
            async with audience(set_up.parts, out) as present:
                right = await tell(set_up, present, out, spans)
            if keep:
                await _stay(set_up, folder)
    if not right:
        raise Failed("the charge sheets are not what was due")


async def _stay(set_up: Scene, folder: Path) -> None:
    out.print("\nStill running; end it with Ctrl-C.")
    out.print(f"  Kafka      {set_up.broker}")
    out.print(f"  sandbox    {set_up.sandbox.url}  (control API under /_sandbox)")
    out.print(f"  operations {set_up.ops_url}/health/ready, {set_up.ops_url}/metrics")
    out.print(f"  log        {folder / 'log.jsonl'}", soft_wrap=True)
    out.print(f"  try        .venv/bin/tiebeam --config {set_up.config} status", soft_wrap=True)
    stopping = asyncio.Event()
    stop_on_signals(stopping)
    await stopping.wait()
