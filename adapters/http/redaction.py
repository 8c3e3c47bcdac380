"""Takes secrets out of text before anybody sees it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus

from adapters.http.errors import Problem

MASK = "***"
SHORTEST_SECRET = 4  # characters; masking shorter values would shred the text and protect nothing
LONGEST_INPUT = 16_384  # characters looked at; more than any excerpt that is kept
EXCERPT = 2_000  # characters of a request or an answer that are kept
DETAIL = 300  # characters of a provider's own explanation that are kept

Span = tuple[int, int]
"""Where something begins and ends in a text."""

# Every pattern is linear in the text: what a provider sends must not be able to stall us.
_NAMES = (
    r"(?:password|passwd|secret|token|api[_-]?key|authorization|credential"
    r"|processoruserid|processorsignature|pinno)"
)
_TEXT, _BARE = r'"(?P<text>(?:[^"\\]|\\.)*)', r'(?P<bare>[^\s,}\]{\["]+)'
# Of each, what a named group holds is masked.
_PATTERNS = (
    re.compile(rf'(?i){_NAMES}[^"\\]{{0,40}}"\s*:\s*(?:{_TEXT}|{_BARE})'),
    re.compile(rf"(?i){_NAMES}[\w.-]{{0,40}}=(?P<value>[^&\s]+)"),
    re.compile(r"(?i)\b(?:bearer |basic )(?P<value>[\w.~+/=-]+)"),
    re.compile(r"\b(?P<value>eyJ[\w.-]{8,})"),  # a JSON Web Token
)
_EMAIL = re.compile(r"[\w.+-]{1,64}(?:@|%40)[\w.-]+")


class Redactor:
    """Masks the secrets of one connection, the known ones by value and others by their names."""

    def __init__(self, secrets: Callable[[], Iterable[str]] = tuple) -> None:
        """`secrets` is asked every time, because tokens change."""
        self._secrets = secrets

    def __repr__(self) -> str:
        return "Redactor()"

    def clean(self, text: str) -> str:
        """The text without secrets, looking no further than `LONGEST_INPUT`."""
        text = text[:LONGEST_INPUT]
        # All are found before one is masked: a mask would hide a name, or half of another secret.
        return _masked(text, [*_by_name(text), *_by_value(text, self._secrets())])

    def clean_problem(self, problem: Problem) -> Problem:
        """The provider's words without secrets, each no longer than an excerpt."""
        return Problem(
            type=problem.type and self.excerpt(problem.type),
            title=problem.title and self.excerpt(problem.title),
            detail=problem.detail and self.excerpt(problem.detail),
            fields={
                self.excerpt(place): tuple(self.excerpt(one) for one in complaints)
                for place, complaints in problem.fields.items()
            },
        )

    def excerpt(self, text: str) -> str:
        """The start of a request or an answer, for the store; may hold personal data."""
        # Cleaned before it is cut, or half a secret could stand at the cut unrecognised.
        return _cut(self.clean(text), EXCERPT)

    def line(self, text: str) -> str:
        """A provider's explanation as one short line for logs: no secrets, no e-mail addresses."""
        return _cut(without_emails(" ".join(self.clean(text).split())), DETAIL)


def without_emails(text: str) -> str:
    """The text with e-mail addresses masked, percent-encoded ones too."""
    return _EMAIL.sub(MASK, text)


def _by_name(text: str) -> Iterator[Span]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield match.span(match.lastgroup or 0)


def _by_value(text: str, secrets: Iterable[str]) -> Iterator[Span]:
    for secret in secrets:
        if len(secret) < SHORTEST_SECRET:
            continue
        for spelling in _spellings(secret):
            at = text.find(spelling)
            while at >= 0:
                yield at, at + len(spelling)
                at = text.find(spelling, at + 1)


def _masked(text: str, spans: Iterable[Span]) -> str:
    parts: list[str] = []
    kept = 0  # how far the text has been taken over
    for start, end in sorted(spans):
        if start > kept or not parts:
            parts += [text[kept:start], MASK]
        kept = max(kept, end)
    return "".join([*parts, text[kept:]])


def _spellings(secret: str) -> Iterable[str]:
    in_json = json.dumps(secret)[1:-1]
    return dict.fromkeys((secret, in_json, quote(secret, safe=""), quote_plus(secret)))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
