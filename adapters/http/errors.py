"""What a provider call can end in, sorted by what the caller does next.

ProviderError
├── Rejected            the provider said no: sending the same again is pointless
│   ├── Unauthorised    the credentials, or what they may do
│   ├── NotFound        there is no such thing
│   └── Conflict        it contradicts what the provider has
├── Transient           certainly without effect: try later
│   └── MalformedAnswer a read whose answer cannot be understood
└── Ambiguous           a write that may have happened: look before you send again

Unsendable              refused on our side before anything was sent
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class Problem:
    """What the provider itself says of a refusal, without secrets.

    It may name people: it belongs in the store and before a person's eyes, never in a log.
    `type` is the provider's word for machines, `fields` its complaints by the field's place.
    """

    type: str | None = None
    title: str | None = field(default=None, repr=False)
    detail: str | None = field(default=None, repr=False)
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)


class Unsendable(Exception):
    """A request was refused on our side: the provider's document forbids it, or cannot say it.

    Nothing was sent, and waiting does not help. Not a ValueError, so that it leaves a pydantic
    validator as it is: one readable line.
    """


class ProviderError(Exception):
    """A call to a provider failed.

    `str()` is one line without secrets and payloads. The excerpts are redacted as well, but may
    hold personal data: they belong in the store, never in a log.
    """

    advice: ClassVar[str] = "see the response"

    def __init__(
        self,
        connection: str,
        operation: str,
        detail: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        problem: Problem | None = None,
        request_excerpt: str = "",
        response_excerpt: str = "",
    ) -> None:
        """`retry_after` is in seconds from the answer on, as the provider asked; `problem` is
        what the provider says, where it documents a way to say it.
        """
        super().__init__(connection, operation, detail)
        self.connection = connection
        self.operation = operation
        self.detail = detail
        self.status = status
        self.retry_after = retry_after
        self.problem = problem
        self.misfit = False  # this one thing is not as documented; others may well be
        self.request_excerpt = request_excerpt
        self.response_excerpt = response_excerpt

    def __str__(self) -> str:
        answered = f" ({self.status})" if self.status is not None else ""
        wait = f" after {self.retry_after:g} s" if self.retry_after is not None else ""
        return f"{self.connection}: {self.operation}: {self.detail}{answered}; {self.advice}{wait}"


class Rejected(ProviderError):
    """The provider said no; sending the same again is pointless."""

    advice = "correct the request before sending it again"


class Unauthorised(Rejected):
    """The credentials were refused, or do not allow this."""

    advice = "check the credentials and permissions of this connection"


class NotFound(Rejected):
    """There is no such thing, or not for these credentials."""

    advice = "check the id"


class Conflict(Rejected):
    """The request contradicts what the provider already has."""

    advice = "look at what the provider already has"


class Transient(ProviderError):
    """Certainly without effect: try again later."""

    advice = "try again later"


class MalformedAnswer(Transient):
    """A read whose answer cannot be understood; a write in this case is `Ambiguous`."""

    advice = "try again later; if it stays, the provider has changed"


class Ambiguous(ProviderError):
    """A write that may have happened."""

    advice = "it may have happened: look in the provider before sending it again"
