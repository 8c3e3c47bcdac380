"""Bearer tokens of one simulated provider: issue, check, expire."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

TOKEN_PREFIX = "sbx-token-"  # noqa: S105 - the mark by which a leaked token is found in any output


class Tokens:
    """Tokens that live until their time is over or all are expired at once."""

    def __init__(self) -> None:
        self._expiry: dict[str, datetime] = {}
        self._refresh: set[str] = set()

    def issue(self, now: datetime, seconds: float) -> str:
        """A new token that is valid for `seconds`."""
        self._expiry = {token: at for token, at in self._expiry.items() if at > now}
        token = TOKEN_PREFIX + secrets.token_urlsafe(24)
        self._expiry[token] = now + timedelta(seconds=seconds)
        return token

    def issue_refresh(self) -> str:
        """A refresh token that can be used once."""
        token = TOKEN_PREFIX + "refresh-" + secrets.token_urlsafe(24)
        self._refresh.add(token)
        return token

    def use_refresh(self, token: str) -> bool:
        """Use up a refresh token; False when it is not valid."""
        if token not in self._refresh:
            return False
        self._refresh.remove(token)
        return True

    def valid(self, token: str | None, now: datetime) -> bool:
        """Whether the token was issued here and is not over yet."""
        expiry = self._expiry.get(token) if token else None
        return expiry is not None and expiry > now

    def expire_all(self) -> None:
        """Make every access and refresh token invalid at once."""
        self._expiry.clear()
        self._refresh.clear()
