"""How Facilitee is asked for a token (facilitee.txt: "Obtain access token")."""

from __future__ import annotations

from typing import Final

from adapters.http.auth import Grant

TOKEN_PATH: Final = "/api/connect/token"  # noqa: S105 - a path, outside /api/public
SCOPE: Final = "openid api"  # the answer may name less of it; only the token counts


def grant(client_id: str, client_secret: str) -> Grant:
    """Client credentials as a form; there is no refresh token, and a token lives for 1800 s."""
    fields = {
        "client_id": client_id,
        "client_secret": client_secret,
        "scope": SCOPE,
        "grant_type": "client_credentials",
    }
    return Grant(TOKEN_PATH, fields)
