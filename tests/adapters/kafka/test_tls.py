"""TLS without a Kafka behind it: an expired certificate, and files that are none."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.kafka.errors import NotLetIn
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import open_topics
from deploy.kafka.certificates import make_authority, make_certificate


@asynccontextmanager
async def tls_server(folder: Path, name: str) -> AsyncIterator[str]:
    """A server that does no more than show a certificate; gives its host and port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"{host}:{port}"


async def test_a_certificate_that_has_expired_is_told_as_that(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    make_certificate(tmp_path, "broker", days=-1)

    async with tls_server(tmp_path, "broker") as address:
        settings = KafkaSettings(address, security_protocol="SSL", ssl_cafile=str(authority))
        with pytest.raises(NotLetIn) as raised:
            async with open_topics(settings):
                pass

    assert str(raised.value) == (
        f"the certificate of Kafka at {address} has expired: renew it at the broker "
        "(certificate has expired)"
    )


@pytest.mark.parametrize("name", ["ssl_cafile", "ssl_certfile"])
def test_a_file_that_is_no_certificate_is_named(tmp_path: Path, name: str) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("not a certificate")

    files: dict[str, Any] = {name: str(wrong)}
    settings = KafkaSettings(security_protocol="SSL", **files)

    with pytest.raises(ValueError, match=r"the TLS files cannot be read \(.*wrong\.pem\)"):
        settings.client_options()
