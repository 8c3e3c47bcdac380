"""A Plentific made of documented answers, whose paging can be made to misbehave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "tiebeam-tests", "not-for-anybody"


@dataclass
class DocumentedServer:
    """`rows` are listed everywhere; `details` are bodies as JSON text, by uuid."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    details: dict[str, str] = field(default_factory=dict)
    largest_page: int = 200
    tells_total: bool = True
    ignores_offset: bool = False
    extra_headers: Mapping[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/2021-10-28/token", self._token, methods=["POST"]),
                Route("/2021-10-28/work-orders", self._list),
                Route("/2021-10-28/invoices", self._list),
                Route("/2021-10-28/work-orders/{uuid}", self._detail),
                Route("/2021-10-28/invoices/{uuid}", self._detail),
            ]
        )

    def offsets(self) -> list[int]:
        return [int(request.headers["x-pagination-offset"]) for request in self.requests]

    async def _token(self, request: Request) -> Response:
        given = await request.json()
        if given != {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}:
            return JSONResponse({"detail": "Wrong credentials"}, 401)
        return JSONResponse({"access_token": "T", "expires_in": 3600, "token_type": "Bearer"})

    async def _list(self, request: Request) -> Response:
        self.requests.append(request)
        if request.headers.get("authorization") != "Bearer T":
            return JSONResponse({"detail": "Authorisation error"}, 401)
        limit = min(int(request.headers["x-pagination-limit"]), self.largest_page)
        offset = int(request.headers["x-pagination-offset"])
        start = 0 if self.ignores_offset else offset
        headers = {"X-Pagination-Count": str(len(self.rows))} if self.tells_total else {}
        return JSONResponse(
            self.rows[start : start + limit], headers={**headers, **self.extra_headers}
        )

    async def _detail(self, request: Request) -> Response:
        self.requests.append(request)
        body = self.details.get(request.path_params["uuid"])
        if body is None:
            return Response(status_code=404)
        return Response(body, media_type="application/json")
