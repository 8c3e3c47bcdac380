"""What an error of aiokafka means, in our own errors: each one line with what, where, what to do.

aiokafka says of every failure to connect that it could not, and no more. So it is tried once more
here, to see what comes of it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    NodeNotReadyError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from adapters.http.errors import Rejected
from adapters.kafka.errors import KafkaProblem, KafkaUnavailable, NotAllowed, NotLetIn
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.tokens import NoToken

KNOCK_TIMEOUT: Final = 2.0  # seconds for all brokers together
FAILURES: Final = (KafkaError, TimeoutError, OSError)
"""What aiokafka raises when Kafka does not do what it is asked."""

CONNECTING: Final = (KafkaConnectionError, NodeNotReadyError, OSError)
"""Behind which anything may be that goes wrong before the first request."""

FORBIDDEN: Final = {
    TopicAuthorizationFailedError: "the topic",
    GroupAuthorizationFailedError: "the group",
    ClusterAuthorizationFailedError: "the cluster",
    TransactionalIdAuthorizationFailed: "the transactional id",
}
BAD_LOGIN: Final = (SaslAuthenticationFailed, UnsupportedSaslMechanismError, IllegalSaslStateError)

# What OpenSSL says of a broker's certificate, by its number, and what to do about it.
CERTIFICATE: Final = {
    10: "has expired: renew it at the broker",
    62: "is for another host: check bootstrap_servers, and the names in the certificate",
    64: "is for another address: check bootstrap_servers, and the names in the certificate",
}
UNTRUSTED: Final = "is not trusted: check ssl_cafile"


@asynccontextmanager
async def told(settings: KafkaSettings, failed: str = "does not answer") -> AsyncIterator[None]:
    """Turn what aiokafka raises in the block into our own errors.

    Raises:
        KafkaProblem: which kind, as `problem()` finds.
    """
    try:
        yield
    except FAILURES as error:
        raise await problem(settings, error, failed) from error


async def problem(
    settings: KafkaSettings, error: BaseException, failed: str = "does not answer"
) -> KafkaProblem:
    """Return what an error of aiokafka means; where it says nothing, knock to find out."""
    found = _explained(settings, error)
    if found is None and isinstance(error, CONNECTING) and not isinstance(error, TimeoutError):
        behind = await _knock(settings)
        if behind is not None:
            found = _explained(settings, behind) or _closed(settings, behind)
    return found or KafkaUnavailable(f"{_place(settings)} {failed}: {reason(error)}")


def forbidden(settings: KafkaSettings, error: BaseException) -> NotAllowed:
    """Say what an error of authorization lacks."""
    named = error.args[0] if error.args else ""
    names = named if isinstance(named, str) else ", ".join(sorted(named))
    what = f"{FORBIDDEN[type(error)]} {names}".rstrip()
    return NotAllowed(
        f"{_place(settings)} does not let {settings.login} use {what}: grant it the permission"
    )


def reason(error: BaseException) -> str:
    """Return what an error says, in one line."""
    return " ".join(str(error).split()) or type(error).__name__


def _explained(settings: KafkaSettings, error: BaseException) -> KafkaProblem | None:
    """Say what an error means that is plain enough."""
    if type(error) in FORBIDDEN:
        return forbidden(settings, error)
    if isinstance(error, BAD_LOGIN):
        said = error.args[0] if error.args else None
        why = " ".join(said.split()) if isinstance(said, str) else type(error).__name__
        by_token = settings.sasl_oauth_token_url is not None
        check = "sasl_oauth_*" if by_token else "sasl_username and sasl_password"
        return NotLetIn(
            f"{_place(settings)} refuses the login {settings.login}: {why}; check {check}"
        )
    if isinstance(error, NoToken):
        kind = NotLetIn if isinstance(error.error, Rejected) else KafkaUnavailable
        return kind(
            f"no token for {_place(settings)} from {settings.sasl_oauth_token_url}: {error.error}"
        )
    return _tls_problem(settings, error)


def _tls_problem(settings: KafkaSettings, error: BaseException) -> KafkaProblem | None:
    cause = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        what = CERTIFICATE.get(cause.verify_code, UNTRUSTED)
        return NotLetIn(
            f"the certificate of {_place(settings)} {what} ({cause.verify_message.rstrip('.')})"
        )
    if isinstance(cause, ssl.SSLError):
        said = (cause.reason or "").lower().replace("_", " ")
        if "alert" in said:
            own = settings.ssl_certfile or "none, and it asks for one"
            return NotLetIn(
                f"{_place(settings)} does not take our certificate ({own}): {said}; "
                "check ssl_certfile and ssl_keyfile"
            )
        return NotLetIn(f"TLS with {_place(settings)} failed: {said}; check security_protocol")
    return None


def _closed(settings: KafkaSettings, error: BaseException) -> KafkaProblem | None:
    """Say what it most likely means that somebody answers, and hangs up at the first word."""
    if not isinstance(error, KafkaConnectionError | ConnectionResetError):
        return None
    return KafkaUnavailable(
        f"{_place(settings)} closes the connection; if that lasts, "
        f"this port does not speak {settings.security_protocol}: check security_protocol"
    )


async def _knock(settings: KafkaSettings) -> BaseException | None:
    """Connect to each broker that we know by name; return the most telling failure, if any."""
    options: dict[str, Any] = settings.client_options()
    failures: list[BaseException] = []
    try:
        async with asyncio.timeout(KNOCK_TIMEOUT):
            for host, port, _ in collect_hosts(options.pop("bootstrap_servers")):
                failure = await _failure(host, port, options)
                if failure is None:
                    return None
                failures.append(failure)
    except TimeoutError:
        pass
    telling = [one for one in failures if _explained(settings, one) is not None]
    return next(iter(telling or failures), None)


async def _failure(host: str, port: int, options: dict[str, Any]) -> BaseException | None:
    timeout = round(KNOCK_TIMEOUT * 1000)
    try:
        connection = await create_conn(host, port, request_timeout_ms=timeout, **options)
    except FAILURES as error:
        return error
    try:
        await connection.send(MetadataRequest([]))  # who has not logged in is shut out now
    except FAILURES as error:
        return error
    finally:
        connection.close()
    return None


def _place(settings: KafkaSettings) -> str:
    return f"Kafka at {settings.bootstrap_servers}"
