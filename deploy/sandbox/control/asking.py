"""What an endpoint of the control API is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.sandbox.state import SandboxState


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to the control API."""

    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]


# Answers what becomes the JSON body. LookupError is answered with 404, ValueError, TypeError and
# KeyError with 400.
Endpoint = Callable[[SandboxState, Ask], Any]
