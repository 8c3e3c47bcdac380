"""Logins at the secured broker of the tests, and what they are granted."""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import time
import warnings
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest

from adapters.kafka.permissions import Need, missing
from adapters.kafka.settings import KafkaSettings
from deploy.kafka.acls import Grant
from deploy.kafka.cluster import Cluster
from tests.adapters.http.servers import Seen, Wire, raw_server

USERS = ("tiebeam", "relay", "react", "topics", "replay", "subscriber")
REAUTHENTICATION = 1_000  # milliseconds after which a login by token has to be renewed
CLIENT_SECRET = "s3cret-of-the-client"
PATIENCE = 30.0  # seconds for a grant to be known; it takes hundredths


def by_scram(cluster: Cluster, user: str = "tiebeam", **changes: Any) -> KafkaSettings:
    """SASL_SSL with SCRAM-SHA-512."""
    assert cluster.security is not None
    return KafkaSettings(
        **{
            "bootstrap_servers": cluster.bootstrap_servers,
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_username": user,
            "sasl_password": cluster.security.users[user],
            "ssl_cafile": str(cluster.security.authority),
            **changes,
        }
    )


def by_plain(cluster: Cluster, **changes: Any) -> KafkaSettings:
    """SASL_SSL with PLAIN."""
    return by_scram(cluster, sasl_mechanism="PLAIN", **changes)


def unencrypted(cluster: Cluster, **changes: Any) -> KafkaSettings:
    """SASL_PLAINTEXT with SCRAM-SHA-256."""
    return by_scram(
        cluster,
        bootstrap_servers=cluster.sasl_plaintext_servers,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-256",
        ssl_cafile=None,
        **changes,
    )


def by_certificate(cluster: Cluster, user: str = "tiebeam", **changes: Any) -> KafkaSettings:
    """SSL where both sides show a certificate."""
    assert cluster.security is not None
    return KafkaSettings(
        **{
            "bootstrap_servers": cluster.ssl_servers,
            "security_protocol": "SSL",
            "ssl_cafile": str(cluster.security.authority),
            "ssl_certfile": str(cluster.security.certificate(user)),
            "ssl_keyfile": str(cluster.security.key(user)),
            **changes,
        }
    )


def by_token(cluster: Cluster, tokens: TokenServer, **changes: Any) -> KafkaSettings:
    """SASL_SSL with OAUTHBEARER."""
    assert cluster.security is not None
    return KafkaSettings(
        **{
            "bootstrap_servers": cluster.bootstrap_servers,
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "OAUTHBEARER",
            "sasl_oauth_token_url": tokens.url,
            "sasl_oauth_client_id": "tiebeam",
            "sasl_oauth_client_secret": CLIENT_SECRET,
            "sasl_oauth_scope": "kafka",
            "ssl_cafile": str(cluster.security.authority),
            **changes,
        }
    )


@dataclass
class TokenServer:
    """Gives out tokens that the broker takes, to the one client that it knows."""

    url: str = ""
    life: float = 300.0  # seconds
    given: int = 0
    refuses: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)

    async def __call__(self, seen: Seen, wire: Wire) -> None:
        login = seen.headers.get("authorization", "").removeprefix("Basic ")
        fields = {name: values[0] for name, values in parse_qs(seen.body.decode()).items()}
        self.asked.append(fields)
        if self.refuses or base64.b64decode(login).decode() != f"tiebeam:{CLIENT_SECRET}":
            await wire.answer(401, {"error": "invalid_client"})
            return
        self.given += 1
        token = self._token(fields.get("scope", ""))
        await wire.answer(200, {"access_token": token, "expires_in": self.life})

    def _token(self, scope: str) -> str:
        now = time.time()
        claims = {"sub": "tiebeam", "scope": scope, "iat": now, "exp": now + self.life}
        parts = ({"alg": "none"}, claims)
        coded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts)
        return ".".join([*(part.rstrip("=") for part in coded), ""])


@asynccontextmanager
async def token_server(life: float = 300.0) -> AsyncIterator[TokenServer]:
    """A token server whose tokens last so many seconds."""
    tokens = TokenServer(life=life)
    async with raw_server(tokens) as server:
        tokens.url = f"{server.url}/token"
        yield tokens


FORGIVING = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
"""For tests in which clients of aiokafka are not let in; see `late_connections`."""


@contextmanager
def late_connections() -> Iterator[None]:
    """Bear with aiokafka: a client that stops while it connects leaves that connection open."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


async def grant(cluster: Cluster, settings: KafkaSettings, grants: Sequence[Grant]) -> None:
    """Make the grants, and wait until the broker goes by them."""
    cluster.allow(grants)
    # Grants come to be known in the order in which they were made.
    last = grants[-1]
    mark = Grant(last.user, "Group", f"{last.name}-granted", "Read")
    cluster.allow([mark])
    async with asyncio.timeout(PATIENCE):
        while await missing(settings, [Need("Group", mark.name, "Read")]):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def grant_all(cluster: Cluster, settings: KafkaSettings, prefix: str) -> None:
    """Let "tiebeam" do everything with topics and groups of that prefix."""
    grants = [Grant("tiebeam", kind, prefix, "All", "prefixed") for kind in ("Topic", "Group")]
    await grant(cluster, settings, grants)
