"""Logs: one JSON object a line with the trace's ids; never payloads, secrets or personal data."""

from __future__ import annotations

import json
import logging
import sys
from functools import partial
from typing import TextIO

import orjson
import structlog
from opentelemetry import trace
from structlog.typing import EventDict, WrappedLogger


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send our logs and the libraries' warnings as JSON lines to a stream (default: stderr).

    Ours go there straight, for a line by way of the standard library's handlers takes three times
    as long.
    """
    stream = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        add_trace_ids,
        drop_tracebacks_below_debug,
    ]
    rendering: list[structlog.typing.Processor] = [
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("message"),
        structlog.processors.JSONRenderer(_as_json),
    ]
    structlog.configure(
        processors=[*shared, *rendering],
        logger_factory=partial(_Lines, stream),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("tiebeam").setLevel(level.upper())
    logging.getLogger("adapters").setLevel(level.upper())
    # aiokafka reports each vain attempt to reach a broker; ours says it once, in our words
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


class _Lines(structlog.WriteLogger):
    """Writes the lines of the logger that has this name."""

    def __init__(self, stream: TextIO, name: str) -> None:
        super().__init__(stream)
        self.name = name


def _as_json(event: EventDict, **_: object) -> str:
    try:
        return orjson.dumps(event, default=repr).decode()
    except TypeError:  # half a character, or a number of more than 64 bits
        return json.dumps(event, default=repr)


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return the logger of one part, for example `logger("relay")`."""
    found: structlog.typing.FilteringBoundLogger = structlog.get_logger(f"tiebeam.{name}")
    return found


def add_trace_ids(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Put the current span's ids beside the message."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = trace.format_trace_id(context.trace_id)
        event["span_id"] = trace.format_span_id(context.span_id)
    return event


def drop_tracebacks_below_debug(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Keep tracebacks for debugging: their text may show values that do not belong in a log."""
    if not logging.getLogger("tiebeam").isEnabledFor(logging.DEBUG):
        event.pop("exc_info", None)
    return event
