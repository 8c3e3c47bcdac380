"""How Planiso knows who asks (planiso.txt: "Authentication")."""

from __future__ import annotations

from adapters.http.auth import KeyAuth


def key(api_key: str) -> KeyAuth:
    """A key that does not expire, said as a bearer token; there is no other token."""
    return KeyAuth(api_key)
