"""Where Kafka is, how to log in and how topics are made."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Final

from adapters.kafka.tls import TlsFiles, context
from adapters.kafka.tokens import Tokens, TokenSource

SECURITY_PROTOCOLS: Final = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
PASSWORD_MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
TOKEN_MECHANISM: Final = "OAUTHBEARER"  # noqa: S105 - a name, no secret
SASL_MECHANISMS: Final = (*PASSWORD_MECHANISMS, TOKEN_MECHANISM)
SECRETS: Final = ("sasl_password", "sasl_oauth_client_secret", "ssl_password")

# What each mechanism needs, and what it may have besides.
_BY_PASSWORD: Final = (("sasl_username", "sasl_password"), ())
_BY_TOKEN: Final = (
    ("sasl_oauth_token_url", "sasl_oauth_client_id", "sasl_oauth_client_secret"),
    ("sasl_oauth_scope",),
)


@dataclass(frozen=True, repr=False)
class KafkaSettings:
    """One Kafka cluster, as `[kafka]` in the configuration file.

    Attributes:
        bootstrap_servers: `host:port`, several with commas between.
        security_protocol: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.
        sasl_mechanism: needed by the SASL protocols: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or
            OAUTHBEARER.
        sasl_username: with all but OAUTHBEARER.
        sasl_password: with all but OAUTHBEARER.
        sasl_oauth_token_url: with OAUTHBEARER: where tokens come from, by client credentials.
        sasl_oauth_client_id: with OAUTHBEARER.
        sasl_oauth_client_secret: with OAUTHBEARER.
        sasl_oauth_scope: of the tokens; absent: what the client has by default.
        ssl_cafile: PEM file with the authorities to trust; absent: those of the system.
        ssl_certfile: PEM file with our own certificate, where the cluster asks for one.
        ssl_keyfile: PEM file with its key; absent: the key is in `ssl_certfile`.
        ssl_password: of the key.
        ssl_check_hostname: whether a broker's certificate must be for the host that we connect to.
        topic_prefix: stands before every topic name.
        partitions: of a topic that we create.
        replication_factor: of a topic that we create.

    Raises:
        ValueError: values that cannot work together; one line that begins with the key.
    """

    bootstrap_servers: str = "localhost:9092"
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = None
    sasl_oauth_token_url: str | None = None
    sasl_oauth_client_id: str | None = None
    sasl_oauth_client_secret: str | None = None
    sasl_oauth_scope: str | None = None
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None
    ssl_password: str | None = None
    ssl_check_hostname: bool = True
    topic_prefix: str = ""
    partitions: int = 12
    replication_factor: int = 1

    def __post_init__(self) -> None:
        if not self.bootstrap_servers.strip(" ,"):
            raise ValueError("bootstrap_servers is empty: name at least one host:port")
        _check_one_of("security_protocol", self.security_protocol, SECURITY_PROTOCOLS)
        if self.by_sasl:
            self._check_sasl()
        else:
            self._check_absent("sasl_", "use SASL_SSL or SASL_PLAINTEXT")
        if self.encrypted:
            self._check_tls()
        else:
            self._check_absent("ssl_", "use SSL or SASL_SSL")
        if self.partitions < 1 or self.replication_factor < 1:
            raise ValueError("partitions and replication_factor must be at least 1")

    def __repr__(self) -> str:
        shown = (
            f"{field.name}={_masked(field.name, getattr(self, field.name))}"
            for field in fields(self)
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    @property
    def servers(self) -> list[str]:
        """Each `host:port` of the bootstrap servers."""
        return [one.strip() for one in self.bootstrap_servers.split(",") if one.strip()]

    @property
    def by_sasl(self) -> bool:
        """Whether we log in by SASL."""
        return self.security_protocol.startswith("SASL_")

    @property
    def encrypted(self) -> bool:
        """Whether connections are encrypted."""
        return self.security_protocol.endswith("SSL")

    @property
    def secured(self) -> bool:
        """Whether the cluster knows who we are or we know who it is: there may be permissions."""
        return self.security_protocol != "PLAINTEXT"

    @property
    def login(self) -> str:
        """Who we are, in words for an error."""
        if not self.by_sasl:
            return self.ssl_certfile or "nobody in particular"
        return f"{self.sasl_username or self.sasl_oauth_client_id} by {self.sasl_mechanism}"

    def client_options(self) -> dict[str, Any]:
        """Return the keyword arguments that every aiokafka client takes to connect.

        Raises:
            ValueError: a certificate file is missing or cannot be read.
        """
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "security_protocol": self.security_protocol,
        }
        if self.by_sasl:
            options["sasl_mechanism"] = self.sasl_mechanism
        if self._tokens is not None:
            options["sasl_oauth_token_provider"] = self._tokens
        elif self.by_sasl:
            options["sasl_plain_username"] = self.sasl_username
            options["sasl_plain_password"] = self.sasl_password
        context = self.ssl_context()
        if context is not None:
            options["ssl_context"] = context
        return options

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return what TLS needs, which reads the files again when they change; None without TLS.

        Raises:
            ValueError: a certificate file is missing or cannot be read.
        """
        if not self.encrypted:
            return None
        files = TlsFiles(self.ssl_cafile, self.ssl_certfile, self.ssl_keyfile, self.ssl_password)
        return context(files, check_hostname=self.ssl_check_hostname)

    @cached_property
    def _tokens(self) -> Tokens | None:
        """The tokens, which all clients made from these settings share."""
        if self.sasl_mechanism != TOKEN_MECHANISM:
            return None
        return Tokens(
            TokenSource(
                url=self.sasl_oauth_token_url or "",
                client_id=self.sasl_oauth_client_id or "",
                client_secret=self.sasl_oauth_client_secret or "",
                scope=self.sasl_oauth_scope,
                authorities=self.ssl_cafile,
            )
        )

    def _check_sasl(self) -> None:
        _check_one_of("sasl_mechanism", self.sasl_mechanism, SASL_MECHANISMS)
        by_token = self.sasl_mechanism == TOKEN_MECHANISM
        needed, possible = _BY_TOKEN if by_token else _BY_PASSWORD
        for name in needed:
            if not getattr(self, name):
                raise ValueError(f"{name} is missing: {self.sasl_mechanism} needs it")
        for name in _given(self, "sasl_"):
            if name not in ("sasl_mechanism", *needed, *possible):
                raise ValueError(f"{name} has no effect with sasl_mechanism {self.sasl_mechanism}")

    def _check_tls(self) -> None:
        for name, before in (("ssl_keyfile", "ssl_certfile"), ("ssl_password", "ssl_certfile")):
            if getattr(self, name) and not getattr(self, before):
                raise ValueError(f"{name} has no effect without {before}")

    def _check_absent(self, prefix: str, instead: str) -> None:
        for name in _given(self, prefix):
            raise ValueError(
                f"{name} has no effect with security_protocol {self.security_protocol}: {instead}"
            )


def _check_one_of(name: str, value: str | None, choice: tuple[str, ...]) -> None:
    if value not in choice:
        said = f"is {value!r}" if value is not None else "is missing"
        raise ValueError(f"{name} {said}: use one of {', '.join(choice)}")


def _given(settings: KafkaSettings, prefix: str) -> list[str]:
    """Return the settings of that prefix that are not as they are by default."""
    values: Mapping[str, Any] = vars(settings)
    return [
        field.name
        for field in fields(settings)
        if field.name.startswith(prefix) and values[field.name] != field.default
    ]


def _masked(name: str, value: object) -> str:
    return "'***'" if name in SECRETS and value is not None else repr(value)
