"""What is told of a request and an answer when a call fails; to be redacted by the caller."""

from __future__ import annotations

import json

import httpx
import orjson

from adapters.http.call import Call
from adapters.http.redaction import LONGEST_INPUT

# Where providers put their explanation. A body of another shape is kept as an excerpt only: it
# could be anything, and the explanation goes into logs.
EXPLANATION_FIELDS = ("detail", "Detail", "message", "error_description", "error", "Title")


def request_text(call: Call) -> str:
    """Method, path, query and body of a request."""
    parts = [call.method, call.url("")]
    if call.json is not None:
        parts.append(orjson.dumps(call.json).decode())
    elif call.form is not None:
        parts.append(json.dumps(dict(call.form)))
    elif call.content is not None:
        parts.append(f"({len(call.content)} bytes)")
    return " ".join(parts)


def answer_text(content: bytes) -> str:
    """The start of an answer's body as text."""
    return content[:LONGEST_INPUT].decode(errors="replace")


def explanation(status: int, content: bytes) -> str:
    """The provider's own words for a bad status, or else the status in words."""
    said = _said(content)
    phrase = httpx.codes.get_reason_phrase(status) or "unexpected status"
    return f"{phrase}: {said}" if said else phrase


def _said(content: bytes) -> str | None:
    try:
        body = orjson.loads(content)
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    found = (body.get(name) for name in EXPLANATION_FIELDS)
    return next((text for text in found if isinstance(text, str) and text), None)
