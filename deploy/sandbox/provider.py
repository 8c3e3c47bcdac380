"""What the server needs to know of a simulated provider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deploy.sandbox.exchange import Answer, Call
from deploy.sandbox.state import SandboxState


@dataclass(frozen=True, slots=True)
class Resolved:
    """The operation that a request means; `handle` has its whole effect, at once."""

    operation: str
    handle: Callable[[SandboxState, Call], Answer]


@dataclass(frozen=True, slots=True)
class Provider:
    """One simulated provider, mounted under `prefix`; `resolve` takes the method and the path."""

    name: str
    prefix: str
    resolve: Callable[[str, str], Resolved]
    expire_tokens: Callable[[SandboxState], None]
