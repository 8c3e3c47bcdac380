"""Reads an answer's body within bounds and decodes it without losing decimals."""

from __future__ import annotations

import contextlib
import json
import zlib
from collections.abc import AsyncGenerator, Iterator
from decimal import Decimal
from typing import Any, NoReturn

import httpx
import orjson

from adapters.http.call import Decoding

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
INFLATED = 64 * 1024  # bytes that are decompressed at once, whatever a few bytes may inflate to
GZIP = zlib.MAX_WBITS | 16


class NotJsonError(ValueError):
    """A body that is not JSON; `str()` says why, without its content."""


async def read_at_most(response: httpx.Response, limit: int) -> tuple[bytes, str | None]:
    """The body, decompressed, and why it is not all there (None: it is)."""
    chunks: list[bytes] = []
    size = 0
    try:
        async with contextlib.aclosing(pieces(response)) as body:
            async for chunk in body:
                size += len(chunk)
                if size > limit:
                    return b"", f"the answer is larger than {limit} bytes"
                chunks.append(chunk)
    except httpx.DecodingError as error:
        return b"".join(chunks), str(error)
    except httpx.HTTPError as error:
        return b"".join(chunks), f"the answer broke off after {size} bytes: {type(error).__name__}"
    return b"".join(chunks), None


async def pieces(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The body, decompressed, in small pieces.

    Raises:
        httpx.TransportError: it broke off.
        httpx.DecodingError: it is not compressed as it says, or as it was asked for.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    inflater = None
    assert isinstance(response.stream, httpx.AsyncByteStream)
    async for chunk in response.stream:
        if encoding in ("identity", ""):
            yield chunk
            continue
        if encoding not in ("gzip", "x-gzip"):
            raise httpx.DecodingError("the answer is in an encoding that was not asked for")
        inflater = inflater or zlib.decompressobj(GZIP)
        for piece in _inflated(inflater, chunk):
            yield piece
    if inflater is not None:
        if rest := inflater.flush():
            yield rest
        if not inflater.eof:
            raise httpx.DecodingError("the compressed answer is cut short")


def _inflated(inflater: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
    try:
        while chunk and not inflater.eof:
            if piece := inflater.decompress(chunk, INFLATED):
                yield piece
            chunk = inflater.unconsumed_tail
    except zlib.error as error:
        raise httpx.DecodingError("the answer is not compressed as it says") from error


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
            # What is only odd, such as half a surrogate pair, is for whoever reads the field: one
            # field of one thing must not make the whole answer unreadable.
            return json.loads(content, parse_float=_decimal, parse_constant=_not_a_number)
        return orjson.loads(content.removeprefix(BYTE_ORDER_MARK))
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
        kind = content_type.partition(";")[0] or "no content type"
        raise NotJsonError(f"{len(content)} bytes ({kind}) are not JSON: {reason}") from error


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise ValueError("a number out of range") from None


def _not_a_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
