"""Where Kafka is, how to log in and how topics are made."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, fields
from typing import Any, Final

SECURITY_PROTOCOLS: Final = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
SASL_MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
SECRETS: Final = ("sasl_password", "ssl_password")


@dataclass(frozen=True, repr=False)
class KafkaSettings:
    """One Kafka cluster, as `[kafka]` in the configuration file.

    Attributes:
        bootstrap_servers: `host:port`, several with commas between.
        security_protocol: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.
        sasl_mechanism: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; needed by the SASL protocols.
        sasl_username: with SASL.
        sasl_password: with SASL.
        ssl_cafile: PEM file with the authorities to trust; absent: those of the system.
        ssl_certfile: PEM file with our own certificate, where the cluster asks for one.
        ssl_keyfile: PEM file with its key; absent: the key is in `ssl_certfile`.
        ssl_password: of the key.
        topic_prefix: stands before every topic name.
        partitions: of a topic that we create.
        replication_factor: of a topic that we create.

    Raises:
        ValueError: values that cannot work together; one line.
    """

    bootstrap_servers: str = "localhost:9092"
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = None
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None
    ssl_password: str | None = None
    topic_prefix: str = ""
    partitions: int = 12
    replication_factor: int = 1

    def __post_init__(self) -> None:
        if not self.bootstrap_servers.strip(" ,"):
            raise ValueError("bootstrap_servers is empty: name at least one host:port")
        if self.security_protocol not in SECURITY_PROTOCOLS:
            raise ValueError(
                f"security_protocol is {self.security_protocol!r}: "
                f"use one of {', '.join(SECURITY_PROTOCOLS)}"
            )
        if self._sasl:
            self._check_sasl()
        elif self.sasl_mechanism or self.sasl_username or self.sasl_password:
            raise ValueError(
                f"sasl_* has no effect with security_protocol {self.security_protocol}: "
                "use SASL_SSL or SASL_PLAINTEXT"
            )
        if self.partitions < 1 or self.replication_factor < 1:
            raise ValueError("partitions and replication_factor must be at least 1")

    def __repr__(self) -> str:
        shown = (
            f"{field.name}={_masked(field.name, getattr(self, field.name))}"
            for field in fields(self)
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    def client_options(self) -> dict[str, Any]:
        """Return the keyword arguments that every aiokafka client takes to connect.

        Raises:
            ValueError: a certificate file is missing or cannot be read.
        """
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "security_protocol": self.security_protocol,
        }
        if self._sasl:
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.sasl_username
            options["sasl_plain_password"] = self.sasl_password
        context = self.ssl_context()
        if context is not None:
            options["ssl_context"] = context
        return options

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return what TLS needs, read anew from the files each time; None without TLS.

        Raises:
            ValueError: a certificate file is missing or cannot be read.
        """
        if self.security_protocol not in ("SSL", "SASL_SSL"):
            return None
        try:
            context = ssl.create_default_context(cafile=self.ssl_cafile)
            if self.ssl_certfile:
                # A password is always given: without one OpenSSL would ask on the terminal.
                context.load_cert_chain(
                    self.ssl_certfile, self.ssl_keyfile, self.ssl_password or ""
                )
        except OSError as error:  # ssl.SSLError is one
            named = ", ".join(filter(None, (self.ssl_cafile, self.ssl_certfile, self.ssl_keyfile)))
            raise ValueError(f"the TLS files cannot be read ({named}): {error}") from error
        return context

    @property
    def _sasl(self) -> bool:
        return self.security_protocol.startswith("SASL_")

    def _check_sasl(self) -> None:
        if self.sasl_mechanism not in SASL_MECHANISMS:
            raise ValueError(
                f"sasl_mechanism is {self.sasl_mechanism!r}: "
                f"use one of {', '.join(SASL_MECHANISMS)}"
            )
        if not self.sasl_username or not self.sasl_password:
            raise ValueError(f"{self.security_protocol} needs both sasl_username and sasl_password")


def _masked(name: str, value: object) -> str:
    return "'***'" if name in SECRETS and value is not None else repr(value)
