"""Reads an answer's body within bounds and decodes it without losing decimals."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

import httpx
import orjson

from adapters.http.call import Decoding

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class NotJsonError(ValueError):
    """A body that is not JSON; `str()` says why, without its content."""


async def read_at_most(response: httpx.Response, limit: int) -> tuple[bytes, str | None]:
    """The body, decompressed, and why it is not all there (None: it is)."""
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > limit:
                return b"", f"the answer is larger than {limit} bytes"
            chunks.append(chunk)
    except httpx.HTTPError as error:
        return b"".join(chunks), f"the answer broke off after {size} bytes: {type(error).__name__}"
    return b"".join(chunks), None


def decode(content: bytes, content_type: str, decoding: Decoding) -> Any:
    """The JSON in a body; None where there is no body.

    Raises:
        NotJsonError: it is something else.
    """
    if not content.strip():
        return None
    if "html" in content_type:
        raise NotJsonError("an HTML page came instead of JSON")
    try:
        if decoding == "exact json":
            return json.loads(content, parse_float=Decimal, parse_constant=_not_a_number)
        return orjson.loads(content.removeprefix(BYTE_ORDER_MARK))
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
        kind = content_type.partition(";")[0] or "no content type"
        raise NotJsonError(f"{len(content)} bytes ({kind}) are not JSON: {reason}") from error


def _not_a_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
