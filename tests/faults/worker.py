"""A worker that dies on cue: `tiebeam run`, with SIGKILL at one boundary, its spans in a file.

python -m tests.faults.worker --config FILE [--die-at POINT[:n]] [--freeze-at POINT[:n]]
    [--spans FILE] [--log FILE]

All that it does differently is wrapped around the product's functions here: at the n-th passage of
a boundary it kills or freezes itself, and it asks Kafka to be given up sooner than after ten
seconds.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faststream.kafka import KafkaBroker
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import format_span_id, format_trace_id

from adapters.essensys.client import Resource
from adapters.store import outbox
from adapters.store.engine import Store
from workers import cli, relay
from workers.detect import observe
from workers.react import attempt, executor, intake
from workers.telemetry import tracing

SESSION = {"session_timeout_ms": 1500, "heartbeat_interval_ms": 400}

Arm = Callable[["Death"], None]
Passage = Callable[..., bool]
"""Given the arguments of the function at the boundary: whether this passage counts."""


@dataclass
class Death:
    """A signal that the process sends to itself at the n-th passage of the boundary."""

    signal: signal.Signals
    passages_left: int

    def knock(self) -> None:
        self.passages_left -= 1
        if self.passages_left == 0:
            os.kill(os.getpid(), self.signal)


def every_time(*_: Any, **__: Any) -> bool:
    return True


def before(owner: Any, name: str, counts: Passage = every_time) -> Arm:
    """Die instead of calling a function."""

    def arm(death: Death) -> None:
        original = getattr(owner, name)

        async def wrapped(*args: Any, **kwargs: Any) -> Any:
            if counts(*args, **kwargs):
                death.knock()
            return await original(*args, **kwargs)

        setattr(owner, name, wrapped)

    return arm


def after(owner: Any, name: str, counts: Callable[[Any], bool]) -> Arm:
    """Die when a function has returned, by what it returned."""

    def arm(death: Death) -> None:
        original = getattr(owner, name)

        async def wrapped(*args: Any, **kwargs: Any) -> Any:
            result = await original(*args, **kwargs)
            if counts(result):
                death.knock()
            return result

        setattr(owner, name, wrapped)

    return arm


def before_commit(owner: Any, name: str, counts: Passage = every_time) -> Arm:
    """Die with everything written and nothing committed in the transaction of a function."""
    return _at_commit(owner, name, counts, committed=False)


def after_commit(owner: Any, name: str, counts: Passage = every_time) -> Arm:
    """Die as soon as the first transaction of a function is committed."""
    return _at_commit(owner, name, counts, committed=True)


def _at_commit(owner: Any, name: str, counts: Passage, *, committed: bool) -> Arm:
    inside: ContextVar[bool] = ContextVar("inside", default=False)

    def arm(death: Death) -> None:
        original, commit = getattr(owner, name), Store._commit

        async def marked(*args: Any, **kwargs: Any) -> Any:
            token = inside.set(counts(*args, **kwargs))
            try:
                return await original(*args, **kwargs)
            finally:
                inside.reset(token)

        async def committing(*args: Any) -> None:
            if inside.get() and not committed:
                death.knock()
            await commit(*args)
            if inside.get() and committed:
                death.knock()

        setattr(owner, name, marked)
        Store._commit = committing  # type: ignore[method-assign]

    return arm


def _invoices_have_news(source: observe.Source, observations: Any, *_: Any) -> bool:
    return source.stream.name == "invoices" and any(one.told.transitions for one in observations)


def _with_an_invoice(published: Sequence[outbox.OutboxRow]) -> bool:
    return any(row.topic == "plentific.invoices" for row in published)


def _with_rows(records: Sequence[Any], *_: Any) -> bool:
    return len(records) > 0


POINTS: Mapping[str, Arm] = {
    "before-detect-commit": before_commit(observe, "_save", _invoices_have_news),
    "after-detect-commit": after_commit(observe, "_save", _invoices_have_news),
    "between-produce-and-mark": after(relay, "_publish", _with_an_invoice),
    "before-inbox-commit": before_commit(intake, "take"),
    "between-inbox-and-offsets": before(intake, "_commit", _with_rows),
    "after-claim": after(executor, "_claim", bool),
    "after-intent": after_commit(attempt, "_ensure"),
    "before-put": before(Resource, "put"),
    "after-answer": after(Resource, "put", bool),
    "before-outcome-commit": before_commit(attempt, "_settle"),
    "after-outcome-commit": after_commit(attempt, "_settle"),
    "before-end-commit": before_commit(attempt, "_finish"),
    "after-end-commit": after_commit(attempt, "_finish"),
}


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

    def with_file(otlp_endpoint: str | None) -> TracerProvider:
        built = provider(otlp_endpoint)
        built.add_span_processor(SimpleSpanProcessor(SpanFile(path)))
        return built

    tracing.provider = with_file


def _be_given_up_soon() -> None:
    subscriber = KafkaBroker.subscriber

    def impatient(broker: KafkaBroker, *topics: str, **options: Any) -> Any:
        return subscriber(broker, *topics, **options, **SESSION)

    KafkaBroker.subscriber = impatient  # type: ignore[method-assign, assignment]


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Do as `tiebeam --config FILE run` does, until death comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--die-at", default="", help=f"POINT[:n]; {', '.join(POINTS)}")
    parser.add_argument("--freeze-at", default="")
    parser.add_argument("--spans", type=Path)
    parser.add_argument("--log", type=Path)
    options = parser.parse_args(arguments)
    if options.log is not None:
        log = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
    _end_with_parent()
    _be_given_up_soon()
    if options.spans is not None:
        _keep_spans(options.spans)
    for number, place in ((signal.SIGKILL, options.die_at), (signal.SIGSTOP, options.freeze_at)):
        if place:
            point, _, passage = place.partition(":")
            POINTS[point](Death(number, int(passage or 1)))
    sys.argv = ["tiebeam", "--config", str(options.config), "run"]
    cli.main()


if __name__ == "__main__":
    main()
