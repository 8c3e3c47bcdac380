"""Bodies too large to be held: sent and read piece by piece."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

import httpx

from adapters.http.call import Content
from adapters.http.errors import Unsendable
from adapters.http.paging import whole_number

PIECE = 64 * 1024  # bytes that are sent at once; each is a sign of life for the time-out
LONGEST_NAME = 200  # characters of a file's name that are kept
# The extended form says more than ASCII can, so it goes first (RFC 6266).
EXTENDED_NAME = re.compile(r"(?i)(?:^|;)\s*filename\*\s*=\s*([\w-]*)'[^']*'([^;\s]+)")
PLAIN_NAME = re.compile(r'(?i)(?:^|;)\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^";\s]+))')
ESCAPED = re.compile(r'\\(["\\])')


class Upload(httpx.AsyncByteStream):
    """A request's body as it is sent, from its beginning each time it is iterated over."""

    def __init__(self, operation: str, content: Content, length: int | None) -> None:
        """`length` is the number of bytes of a streamed content, where it is known.

        Raises:
            Unsendable: the content is neither bytes nor can be begun anew for each attempt.
        """
        if not isinstance(content, bytes) and not callable(content):
            kinds = f"bytes or a function that streams them, not {type(content).__name__}"
            raise Unsendable(f"{operation}: the content must be {kinds}")
        self._operation = operation
        self._content = content
        self.length = len(content) if isinstance(content, bytes) else length
        self.failure: Exception | None = None  # why the content could not be produced
        self._moved: Callable[[], object] | None = None
        self._sending: AsyncGenerator[bytes, None] | None = None
        self._producing = asyncio.Lock()

    def __aiter__(self) -> AsyncIterator[bytes]:
        self.failure = None
        self._sending = self._pieces()
        return self._sending

    @contextlib.contextmanager
    def watched(self, moved: Callable[[], object]) -> Iterator[None]:
        """Call `moved` for each piece that is sent meanwhile."""
        self._moved = moved
        try:
            yield
        finally:
            self._moved = None

    async def aclose(self) -> None:
        """Close the iterator that the content came from; nothing is sent any more."""
        if self._sending is not None:
            # A task of the transport's may be in it still, though it has been cancelled.
            async with self._producing:
                await self._sending.aclose()

    async def _pieces(self) -> AsyncGenerator[bytes, None]:
        source: AsyncIterator[bytes] | None = None
        sent = 0
        try:
            source = self._source()
            while True:
                async with self._producing:
                    chunk = await anext(source, None)
                if chunk is None:
                    break
                sent += len(chunk)
                self._check(sent, complete=False)
                for start in range(0, len(chunk), PIECE):
                    yield chunk[start : start + PIECE]
                    if self._moved is not None:
                        self._moved()
            self._check(sent, complete=True)
        except Exception as error:
            self.failure = error
            raise
        finally:
            if isinstance(source, AsyncGenerator):
                await source.aclose()

    def _source(self) -> AsyncIterator[bytes]:
        return _at_hand(self._content) if isinstance(self._content, bytes) else self._content()

    def _check(self, sent: int, *, complete: bool) -> None:
        if self.length is not None and (sent > self.length or (complete and sent < self.length)):
            some = "only " if complete else "more than "
            said = f"{sent if complete else self.length} bytes came"
            raise Unsendable(f"{self._operation}: {some}{said}, {self.length} were announced")


async def _at_hand(content: bytes) -> AsyncGenerator[bytes, None]:
    yield content


@dataclass
class Download:
    """A body that is being read, once: `async for chunk in download`.

    Each chunk is small, and the next one is taken from the connection when it is asked for.
    Iterating raises `Transient` where the body breaks off or nothing comes for too long.
    """

    status: int
    headers: httpx.Headers = field(repr=False)
    chunks: AsyncIterator[bytes] = field(repr=False)
    over: bool = False  # it has been read, or left

    def __aiter__(self) -> AsyncIterator[bytes]:
        if self.over:  # nothing more would come, which could be taken for an empty file
            raise RuntimeError("a download is read once, inside its `async with`")
        self.over = True
        return self.chunks

    @property
    def content_type(self) -> str:
        """The media type as sent; empty where the provider does not say."""
        said: str = self.headers.get("content-type", "")
        return said

    @property
    def length(self) -> int | None:
        """The number of bytes that are to come, where the provider says so."""
        if "content-encoding" in self.headers:
            return None
        return whole_number(self.headers.get("content-length"))

    @property
    def filename(self) -> str | None:
        """The file's own name, without a path; None where the provider gives none that is safe."""
        return safe_filename(self.headers.get("content-disposition", ""))


def safe_filename(disposition: str) -> str | None:
    """The name in a Content-Disposition that can stand in any one folder; None: there is none.

    Without folders, control and direction characters, and dots or spaces at its ends.
    """
    if (extended := EXTENDED_NAME.search(disposition)) is not None:
        charset = "latin-1" if extended[1].lower() == "iso-8859-1" else "utf-8"
        name = unquote(extended[2], charset, "replace")
    elif (plain := PLAIN_NAME.search(disposition)) is not None:
        name = plain[2] if plain[1] is None else ESCAPED.sub(r"\1", plain[1])
    else:
        return None
    own = name.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in own if char.isprintable())[:LONGEST_NAME].strip(" .") or None
