"""Logs: one JSON object a line, ours and the libraries' alike, whatever is in it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider

from workers.telemetry import logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root, handlers = logging.getLogger(), logging.getLogger().handlers
    level = root.level
    yield io.StringIO()
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_what_happened_when_in_which_part_and_trace(stream: io.StringIO) -> None:
    logs.configure("info", stream)
    tracer = TracerProvider().get_tracer("test")
    with tracer.start_as_current_span("work") as span:
        logs.logger("relay").info("published", records=3)
    (line,) = lines(stream)
    assert line.pop("time").endswith("Z")
    assert line == {
        "message": "published",
        "records": 3,
        "level": "info",
        "logger": "tiebeam.relay",
        "trace_id": f"{span.get_span_context().trace_id:032x}",
        "span_id": f"{span.get_span_context().span_id:016x}",
    }


def test_a_line_below_the_level_is_not_written(stream: io.StringIO) -> None:
    logs.configure("warning", stream)
    logs.logger("relay").info("published")
    logs.logger("relay").warning("slow")
    assert [line["message"] for line in lines(stream)] == ["slow"]


@pytest.mark.parametrize("odd", ["half a \ud83d", 2**70, object(), {1: 2}, b"bytes"])
def test_a_line_with_what_json_does_not_have_is_written_all_the_same(
    stream: io.StringIO, odd: object
) -> None:
    logs.configure("info", stream)
    logs.logger("relay").info("odd", value=odd)
    (line,) = lines(stream)
    assert line["message"] == "odd"


def test_what_libraries_warn_of_comes_in_the_same_form(stream: io.StringIO) -> None:
    logs.configure("info", stream)
    logging.getLogger("some.library").warning("it is %s", "late")
    logging.getLogger("some.library").info("it is not")
    (line,) = lines(stream)
    assert (line["message"], line["logger"], line["level"]) == (
        "it is late",
        "some.library",
        "warning",
    )


@pytest.mark.parametrize(("level", "shown"), [("info", False), ("debug", True)])
def test_a_traceback_is_shown_to_who_debugs_and_to_nobody_else(
    stream: io.StringIO, level: str, shown: bool
) -> None:
    logs.configure(level, stream)
    logs.logger("relay").error("failed", exc_info=ValueError("what a customer wrote"))
    (line,) = lines(stream)
    assert ("what a customer wrote" in line.get("exception", "")) is shown
    assert ("exception" in line) is shown
