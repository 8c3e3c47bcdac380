"""Takes secrets out of text before anybody sees it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus

from adapters.http.errors import Problem

MASK = "***"
SHORTEST_SECRET = 4  # characters; masking shorter values would shred the text and protect nothing
LONGEST_INPUT = 16_384  # characters looked at; more than any excerpt that is kept
EXCERPT = 2_000  # characters of a request or an answer that are kept
DETAIL = 300  # characters of a provider's own explanation that are kept

# Every pattern is linear in the text: what a provider sends must not be able to stall us.
_NAMES = r"(?:password|passwd|secret|token|api[_-]?key|authorization|credential)"
_VALUE = r'("(?:[^"\\]|\\.)*"?|[^\s,}\]{\["]+)'
_PATTERNS = (
    (re.compile(rf'(?i)({_NAMES}[^"\\]{{0,40}}"\s*:\s*){_VALUE}'), rf'\g<1>"{MASK}"'),
    (re.compile(rf"(?i)({_NAMES}[\w.-]{{0,40}}=)[^&\s]+"), rf"\g<1>{MASK}"),
    (re.compile(r"(?i)\b(bearer |basic )[\w.~+/=-]+"), rf"\g<1>{MASK}"),
    (re.compile(r"\beyJ[\w.-]{8,}"), MASK),  # a JSON Web Token
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
        for secret in self._secrets():
            if len(secret) >= SHORTEST_SECRET:
                for spelling in _spellings(secret):
                    text = text.replace(spelling, MASK)
        for pattern, masked in _PATTERNS:
            text = pattern.sub(masked, text)
        return text

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


def _spellings(secret: str) -> Iterable[str]:
    in_json = json.dumps(secret)[1:-1]
    return dict.fromkeys((secret, in_json, quote(secret, safe=""), quote_plus(secret)))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
