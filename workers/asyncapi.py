"""What our topics and events are, for who subscribes: `/asyncapi` and `/asyncapi.json`."""

from __future__ import annotations

import functools
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from adapters.kafka.settings import KafkaSettings
from events.asyncapi import Deployment, document
from workers.asyncapi_page import SECURITY_POLICY, page

_LOGINS = {
    "PLAIN": "plain",
    "SCRAM-SHA-256": "scramSha256",
    "SCRAM-SHA-512": "scramSha512",
}


def routes(kafka: KafkaSettings) -> list[Route]:
    """Give the two endpoints; what they answer is made when it is first asked for."""

    @functools.cache
    def told() -> dict[str, Any]:
        return document(deployment(kafka))

    @functools.cache
    def told_in_html() -> str:
        return page(told())

    async def show_page(_: Request) -> Response:
        return HTMLResponse(told_in_html(), headers={"content-security-policy": SECURITY_POLICY})

    async def show_document(_: Request) -> Response:
        return Response(orjson.dumps(told()), media_type="application/json")

    return [Route("/asyncapi", show_page), Route("/asyncapi.json", show_document)]


def deployment(kafka: KafkaSettings) -> Deployment:
    """Tell what this deployment adds to the document; no secret is in it."""
    return Deployment(
        prefix=kafka.topic_prefix,
        partitions=kafka.partitions,
        replicas=kafka.replication_factor,
        servers={
            f"bootstrap-{number}": _server(kafka, host)
            for number, host in enumerate(kafka.servers, 1)
        },
    )


def _server(kafka: KafkaSettings, host: str) -> dict[str, Any]:
    encrypted = "SSL" in kafka.security_protocol.split("_")
    server: dict[str, Any] = {"host": host, "protocol": "kafka-secure" if encrypted else "kafka"}
    login = _login(kafka)
    return server if login is None else server | {"security": [login]}


def _login(kafka: KafkaSettings) -> dict[str, Any] | None:
    if kafka.sasl_mechanism is None:
        return {"type": "X509"} if kafka.ssl_certfile else None
    if kafka.sasl_oauth_token_url is None:
        return {"type": _LOGINS[kafka.sasl_mechanism]}
    flow = {"tokenUrl": kafka.sasl_oauth_token_url, "availableScopes": {}}
    return {"type": "oauth2", "flows": {"clientCredentials": flow}}
