"""Traces: draws one trace of this process's spans as a tree with times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from rich.text import Text
from rich.tree import Tree

MILLISECOND = 1_000_000  # nanoseconds


def draw(spans: Sequence[ReadableSpan], traceparent: str) -> Tree:
    """Draw the trace that a `traceparent` belongs to."""
    trace_id = int(traceparent.split("-")[1], 16)
    own = [span for span in spans if span.context is not None and span.context.trace_id == trace_id]
    children: dict[int | None, list[ReadableSpan]] = defaultdict(list)
    ids = {span.context.span_id for span in own if span.context is not None}
    for span in sorted(own, key=lambda span: span.start_time or 0):
        parent = span.parent.span_id if span.parent and span.parent.span_id in ids else None
        children[parent].append(span)
    begin = min((span.start_time or 0 for span in own), default=0)
    tree = Tree(Text(f"trace {trace_id:032x}", "bold"))
    _grow(tree, None, children, begin)
    return tree


def _grow(
    tree: Tree, parent: int | None, children: dict[int | None, list[ReadableSpan]], begin: int
) -> None:
    for span in children[parent]:
        branch = tree.add(_label(span, begin))
        if span.context is not None:
            _grow(branch, span.context.span_id, children, begin)


def _label(span: ReadableSpan, begin: int) -> Text:
    start = ((span.start_time or 0) - begin) / MILLISECOND
    took = ((span.end_time or 0) - (span.start_time or 0)) / MILLISECOND
    failed = not span.status.is_ok and "error.type" in (span.attributes or {})
    status = (span.attributes or {}).get("http.response.status_code")
    return Text.assemble(
        (span.name, "red" if failed else "cyan"),
        (f"  {status}" if status else "", "dim"),
        (f"  +{start:.0f} ms, took {took:.1f} ms", "dim"),
    )
