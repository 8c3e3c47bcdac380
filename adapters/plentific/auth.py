"""How Plentific is asked for a token (plentific.txt: "Generate new token")."""

from __future__ import annotations

from adapters.http.auth import Grant


def grant(client_id: str, client_secret: str) -> Grant:
    """Client credentials as JSON, without a grant type; no refresh token is documented."""
    return Grant(
        "/token", {"client_id": client_id, "client_secret": client_secret}, encoding="json"
    )
