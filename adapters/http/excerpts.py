"""What is told of a request and an answer when a call fails; to be redacted by the caller."""

from __future__ import annotations

import json

import httpx
import orjson

from adapters.http.call import Call
from adapters.http.redaction import LONGEST_INPUT


def request_text(call: Call) -> str:
    """Method, path, query and body of a request."""
    parts = [call.method, call.url("")]
    if call.json is not None:
        parts.append(orjson.dumps(call.json).decode())
    elif call.form is not None:
        parts.append(json.dumps(dict(call.form)))
    elif call.content is not None:
        length = len(call.content) if isinstance(call.content, bytes) else call.length
        parts.append("(a stream)" if length is None else f"({length} bytes)")
    return " ".join(parts)


def answer_text(content: bytes) -> str:
    """The start of an answer's body as text."""
    return content[:LONGEST_INPUT].decode(errors="replace")


def phrase(status: int) -> str:
    """A bad status in words.

    The provider's own words are not among them: they may name people, and this goes into logs,
    events and terminals. They are kept in the excerpt of the answer.
    """
    return httpx.codes.get_reason_phrase(status) or "unexpected status"
