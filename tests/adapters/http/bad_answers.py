"""Answers that no provider should give, as they go over the wire, to be served to any client.

    for bad in bad_answers(max_answer):
        async with raw_server(serving(bad)) as server: ...

By their kind, what a call may end in:

- "not http": an error, whatever is called.
- "not json": an error, whatever is called but a download.
- "strange": JSON, but seldom what is documented: an error, or an answer where the operation does
  not look at it.
- "refusal": a bad status with a body that is not documented: an error, whatever is called.

An error is always a ProviderError; where the status is 2xx it is a `Transient` for a read (a
`MalformedAnswer`, but where it is not even known how the answer ends) and `Ambiguous` for a write.
"""

from __future__ import annotations

import copy
import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tests.adapters.http.servers import Handler, Seen, Wire

Kind = Literal["not http", "not json", "strange", "refusal"]
OTHER_TYPES: tuple[Any, ...] = (None, True, 1.5, "", "text", [], [[None]], {}, {"": None})


@dataclass(frozen=True)
class BadAnswer:
    """All the bytes of an answer; the connection is closed after them."""

    name: str
    kind: Kind
    raw: bytes

    def __str__(self) -> str:
        return self.name


def serving(bad: BadAnswer) -> Handler:
    """Answer every request with it."""

    async def answer(seen: Seen, wire: Wire) -> None:
        await wire.more(bad.raw)
        wire.close()

    return answer


def answer(
    name: str,
    kind: Kind,
    body: bytes,
    *headers: str,
    status: str = "200 OK",
    length: str | None = None,
) -> BadAnswer:
    """An answer whose head is in order, but for what is said otherwise."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {length or len(body)}"]
    lines += headers or ("Content-Type: application/json",)
    return BadAnswer(name, kind, "\r\n".join([*lines, "", ""]).encode("latin-1") + body)


def bad_answers(max_answer: int) -> tuple[BadAnswer, ...]:
    """All of them; two are larger than `max_answer` bytes."""
    return (*NOT_HTTP, *NOT_JSON, *_too_large(max_answer), *STRANGE, *REFUSALS)


def truncated(body: bytes, cuts: int) -> Iterator[BadAnswer]:
    """A JSON object or array cut short at so many places, as if that were all of it."""
    for at in sorted({1 + (len(body) - 2) * cut // cuts for cut in range(cuts)}):
        yield answer(f"cut after {at} bytes", "not json", body[:at])


def mistyped(body: Any, most: int | None = None) -> Iterator[BadAnswer]:
    """The body with one value after another, at every level, replaced by values of other types.

    No more than `most` of them, which are always the same ones.
    """
    wrong = [(path, other) for path in _paths(body) for other in OTHER_TYPES]
    if most is not None and most < len(wrong):
        wrong = random.Random(len(wrong)).sample(wrong, most)
    for path, other in wrong:
        said = f"{'.'.join(map(str, path)) or 'all'} is {json.dumps(other)}"
        content = json.dumps(_replaced(body, path, other)).encode()
        yield answer(said, "strange", content)


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _paths(inner, (*path, place))


def _replaced(value: Any, path: tuple[str | int, ...], other: Any) -> Any:
    if not path:
        return other
    changed = copy.copy(value)
    changed[path[0]] = _replaced(value[path[0]], path[1:], other)
    return changed


def _too_large(max_answer: int) -> tuple[BadAnswer, ...]:
    bomb = gzip.compress(b" " * (max_answer + 1))
    return (
        answer("too large", "not json", b"[" + b"1," * (max_answer // 2) + b"1]"),
        answer("a compressed bomb", "not json", bomb, "Content-Encoding: gzip"),
    )


NOT_HTTP = (
    BadAnswer("nothing", "not http", b""),
    BadAnswer("no HTTP", "not http", b"SSH-2.0-OpenSSH_9.6\r\n"),
    BadAnswer("bytes", "not http", bytes(range(256))),
    BadAnswer("half a status line", "not http", b"HTTP/1.1 2"),
    BadAnswer("a status that is no number", "not http", b"HTTP/1.1 OK 200\r\n\r\n"),
    BadAnswer("half a head", "not http", b"HTTP/1.1 200 OK\r\nContent-Type: appl"),
    answer("a header without a name", "not http", b"{}", ": nameless"),
    answer("a header without a colon", "not http", b"{}", "just words"),
    answer("an endless header", "not http", b"{}", f"X-Long: {'x' * 100_000}"),
    answer("a length that is no number", "not http", b"{}", length="two"),
    answer("a negative length", "not http", b"{}", length="-2"),
    answer("two lengths", "not http", b"{}", "Content-Length: 1"),
    answer("a longer length", "not http", b'{"uuid": "1"}', length="5000"),
    answer(
        "compressed, but cut short", "not http", gzip.compress(b"{}")[:-6], "Content-Encoding: gzip"
    ),
    answer("not compressed as it says", "not http", b"{}", "Content-Encoding: gzip"),
    answer("compressed twice", "not http", b"{}", "Content-Encoding: gzip, gzip"),
    answer("an unknown encoding", "not http", b"{}", "Content-Encoding: zstd"),
    BadAnswer(
        "a chunk that is none",
        "not http",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    ),
    BadAnswer(
        "chunks without an end",
        "not http",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    ),
)

NOT_JSON = (
    answer("HTML", "not json", b"<html>down</html>", "Content-Type: text/html"),
    answer("JSON said to be HTML", "not json", b"{}", "Content-Type: text/html; charset=utf-8"),
    answer("XML", "not json", b"<?xml version='1.0'?><a/>", "Content-Type: application/xml"),
    answer("words", "not json", b"OK"),
    answer("a shorter length", "not json", b'{"uuid": "1"}', length="5"),
    answer("two values", "not json", b"{}{}"),
    answer("a trailing comma", "not json", b'{"uuid": "1",}'),
    answer("single quotes", "not json", b"{'uuid': '1'}"),
    answer("not UTF-8", "not json", b'{"uuid": "\xff\xfe"}'),
    answer("half a pair of surrogates", "strange", b'{"uuid": "\\ud800"}'),
    answer("a control character", "not json", b'{"uuid": "\x00"}'),
    answer("NaN", "not json", b'{"uuid": NaN}'),
    answer("infinity", "not json", b'{"uuid": -Infinity}'),
    answer("a number out of range", "strange", b'{"uuid": 1.5e99999}'),
    answer("a number far out of range", "not json", b'{"uuid": 1.5e9999999999999999999999}'),
    answer("endless digits", "not json", b'{"uuid": ' + b"9" * 5000 + b"}"),
    answer("deep arrays", "not json", b"[" * 100_000 + b"]" * 100_000),
    answer("deep objects", "not json", b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
)

STRANGE = (
    answer("an empty 200", "strange", b""),
    answer("blanks", "strange", b" \r\n"),
    answer("an empty 204", "strange", b"", status="204 No Content"),
    answer("200 without a phrase", "strange", b"{}", status="200"),
    answer("the same key twice", "strange", b'{"uuid": "1", "uuid": {"uuid": [2]}}'),
    answer("an object in an array", "strange", b'[{"uuid": "1"}]'),
    answer("no content type", "strange", b"{}", "X-Other: 1"),
    answer("another content type", "strange", b"{}", "Content-Type: image/png"),
    answer("a content type that is none", "strange", b"{}", "Content-Type: ;;\xff=\xe9"),
    answer("counts that are none", "strange", b"[]", "X-Pagination-Count: -\xb2"),
    answer("endless counts", "strange", b"[]", f"X-Pagination-Count: {'9' * 5000}"),
    answer("no date", "strange", b"{}", "Date: soon"),
    answer("a date out of range", "strange", b"{}", "Date: Fri, 31 Dec 9999 23:00:00 -2300"),
    answer("deep arrays within bounds", "strange", b"[" * 500 + b"]" * 500),
    *(
        answer(f"just {json.dumps(one)}", "strange", json.dumps(one).encode())
        for one in OTHER_TYPES
    ),
)

_WAITS = ("soon", "-1", "nan", "1e999", "9" * 5000, "Mon, 99999999999999999999 Jan 1", "\xb2")
_WORDS = (
    b"",
    b"null",
    b"7",
    b'"no"',
    b"[]",
    b"[[null]]",
    b'{"detail": ["no", {"a": null}], "status": "x", "type": 7, "title": [], "errors": 1}',
    b'{"detail": {"a": [1]}, "type": "", "title": null, "errors": {"a": {"b": []}}}',
    b'{"message": {}, "error": [], "errors": [null, [], {"a": 1}], "response": []}',
    b"<html>no</html>",
    b'{"half',
)

REFUSALS = (
    answer("an unheard-of status", "refusal", b"{}", status="999 No"),
    *(
        answer(
            f"{status} with {body.decode() or 'nothing'}", "refusal", body, status=f"{status} No"
        )
        for status in (302, 400, 401, 500)
        for body in _WORDS
    ),
    *(
        answer(f"429 for {wait[:9]}", "refusal", b"", f"Retry-After: {wait}", status="429 No")
        for wait in _WAITS
    ),
)
