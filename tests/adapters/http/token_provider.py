"""A provider that gives out bearer tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from tests.adapters.http.servers import Seen, Wire


class Provider:
    """Gives out tokens T1, T2, … and takes only the newest."""

    def __init__(self, **token: Any) -> None:
        self.token: dict[str, Any] = {"expires_in": 120, **token}
        self.given = 0
        self.asked: list[Mapping[str, Any]] = []
        self.token_status: Callable[[Mapping[str, Any]], int] = lambda fields: 200
        self.token_headers: dict[str, str] = {}
        self.refuse_everything = False

    async def __call__(self, seen: Seen, wire: Wire) -> None:
        if seen.target == "/token":
            await self._give(seen, wire)
        elif seen.token == f"T{self.given}" and not self.refuse_everything:
            await wire.answer(200, {"ok": True})
        else:
            await wire.answer(401, {"detail": "token expired"})

    async def _give(self, seen: Seen, wire: Wire) -> None:
        is_json = seen.headers["content-type"] == "application/json"
        form = {name: values[0] for name, values in parse_qs(seen.body.decode()).items()}
        fields = json.loads(seen.body) if is_json else form
        self.asked.append(fields)
        status = self.token_status(fields)
        if status == 200:
            self.given += 1
            await wire.answer(200, {"access_token": f"T{self.given}", **self.token})
        else:
            await wire.answer(status, {"detail": "no"}, self.token_headers)
