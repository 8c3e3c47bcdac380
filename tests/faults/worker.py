"""A worker that dies on cue: `tiebeam run`, with SIGKILL at one boundary, its spans in a file.

python -m tests.faults.worker --config FILE [--die-at POINT[:n]] [--freeze-at POINT[:n]]
    [--spans FILE] [--log FILE] [ROLE ...]

Beside that it asks Kafka to be given up sooner than after ten seconds.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from faststream.kafka import KafkaBroker
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import format_span_id, format_trace_id

from tests.faults import boundaries
from workers import cli
from workers.telemetry import tracing

SESSION = {"session_timeout_ms": 1500, "heartbeat_interval_ms": 400}


def main(arguments: Sequence[str] | None = None) -> None:
    """Do as `tiebeam --config FILE run` does, until death comes."""
    options = _options(arguments)
    if options.log is not None:
        log = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
    _end_with_parent()
    _be_given_up_soon()
    if options.spans is not None:
        _keep_spans(options.spans)
    if options.die_at:
        boundaries.arm(options.die_at, signal.SIGKILL)
    if options.freeze_at:
        boundaries.arm(options.freeze_at, signal.SIGSTOP)
    sys.argv = ["tiebeam", "--config", str(options.config), "run", *options.roles]
    cli.main()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    points = ", ".join(boundaries.POINTS)
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--die-at", metavar="POINT[:n]", help=points)
    parser.add_argument("--freeze-at", metavar="POINT[:n]")
    parser.add_argument("--spans", type=Path, help="append each span that ends, as a JSON line")
    parser.add_argument("--log", type=Path, help="instead of stdout and stderr")
    parser.add_argument("roles", nargs="*", metavar="ROLE", help="none: all")
    return parser.parse_args(arguments)


def _end_with_parent() -> None:
    """Never outlive the tests, however they end: wait for the parent, or for the end of stdin."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        else:
            os.read(0, 1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _be_given_up_soon() -> None:
    broker_class: Any = KafkaBroker
    subscriber = broker_class.subscriber

    def impatient(broker: KafkaBroker, *topics: str, **options: Any) -> Any:
        return subscriber(broker, *topics, **options, **SESSION)

    broker_class.subscriber = impatient


class SpanFile(SpanExporter):
    """Writes each span as a JSON line as soon as it ends: what was written outlives a SIGKILL."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        with self._path.open("a", encoding="utf-8") as file:
            for span in spans:
                file.write(json.dumps(_plain(span)) + "\n")
        return SpanExportResult.SUCCESS


def _plain(span: ReadableSpan) -> dict[str, Any]:
    assert span.context is not None
    return {
        "process": os.getpid(),
        "name": span.name,
        "trace_id": format_trace_id(span.context.trace_id),
        "span_id": format_span_id(span.context.span_id),
        "parent_id": format_span_id(span.parent.span_id) if span.parent else None,
    }


def _keep_spans(path: Path) -> None:
    provider = tracing.provider

    tracing.provider = lambda keeping: provider(SimpleSpanProcessor(SpanFile(path)))


if __name__ == "__main__":
    main()
