"""How essensys is asked for a token: section "Authentication" of the document."""

from __future__ import annotations

from adapters.http.auth import Grant


def grant(client_id: str, client_secret: str, username: str, password: str) -> Grant:
    """The password grant. A token lives 120 s, so that it is renewed after 90 s.

    A refresh token is returned, but how to use it is not documented: the standard request is
    tried, and where the provider does not take it, the password grant follows.
    """
    client = {"client_id": client_id, "client_secret": client_secret}
    owner = {"username": username, "password": password}
    return Grant(
        "/oauth2/token",
        {"grant_type": "password", **client, "scope": "hubapi", **owner},
        encoding="form",
        refresh={"grant_type": "refresh_token", **client},
    )
