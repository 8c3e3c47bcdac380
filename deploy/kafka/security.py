"""What makes a local Kafka a secured one: listeners, certificates, users, an authorizer."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.kafka.certificates import make_authority, make_certificate
from deploy.kafka.jars import ClusterError

ADMIN = "admin"
"""The user who may do everything; every secured cluster has it."""
USERS = (ADMIN, "tiebeam")
"""Whom a cluster knows by default, each with a password of its own making."""

# A node's other listeners have its client port plus this; the client port itself is SASL_SSL.
SSL_OFFSET = 100
SASL_PLAINTEXT_OFFSET = 200
INTERNAL_OFFSET = 300

REAUTHENTICATION = 60_000
"""Milliseconds after which a client has to show another token, unless said otherwise."""

MODULES = "org.apache.kafka.common.security"
SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")
_SENDABLE = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Security:
    """The secrets of one cluster, below its folder.

    Brokers and controllers speak with one another without login, on this machine only, and may do
    everything: so may who else is on the machine and knows the port. It is a Kafka to try logins
    with, not one to keep secrets in.
    """

    folder: Path
    users: Mapping[str, str]
    reauthentication: int = REAUTHENTICATION

    @property
    def authority(self) -> Path:
        """The authority's certificate, which clients are to trust."""
        return self.folder / "ca.pem"

    def certificate(self, user: str) -> Path:
        """The certificate that logs a user in at the SSL listener."""
        return self.folder / f"{user}.pem"

    def key(self, user: str) -> Path:
        """The key of that certificate."""
        return self.folder / f"{user}.key"

    def settings(self, host: str, port: int) -> dict[str, object]:
        """Return what server.properties of a secured node has besides, or instead."""
        listeners = {
            "SASL_SSL": port,
            "SSL": port + SSL_OFFSET,
            "SASL_PLAINTEXT": port + SASL_PLAINTEXT_OFFSET,
            "INTERNAL": port + INTERNAL_OFFSET,
        }
        named = ",".join(f"{name}://{host}:{number}" for name, number in listeners.items())
        return {
            "listeners": named,
            "listener.security.protocol.map": "SASL_SSL:SASL_SSL,SSL:SSL,"
            "SASL_PLAINTEXT:SASL_PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "INTERNAL",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:{ADMIN};User:ANONYMOUS",  # the second: brokers among themselves
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self.folder / "broker.keystore.pem",
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self.authority,
            "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/",
            "listener.name.ssl.ssl.client.auth": "required",
            **self._logins("sasl_ssl"),
            **self._logins("sasl_plaintext"),
        }

    def _logins(self, listener: str) -> dict[str, object]:
        known = " ".join(f'user_{name}="{password}"' for name, password in self.users.items())
        before = f"listener.name.{listener}"
        plain = f"{MODULES}.plain.PlainLoginModule required {known};"
        scram = f"{MODULES}.scram.ScramLoginModule required;"
        return {
            f"{before}.sasl.enabled.mechanisms": ",".join(("PLAIN", *SCRAM, "OAUTHBEARER")),
            f"{before}.plain.sasl.jaas.config": plain,
            **{f"{before}.{name.lower()}.sasl.jaas.config": scram for name in SCRAM},
            # Tokens without signature, as {"alg": "none"}: whoever writes one is believed.
            f"{before}.oauthbearer.sasl.jaas.config": (
                f"{MODULES}.oauthbearer.OAuthBearerLoginModule required "
                'unsecuredLoginStringClaim_sub="broker";'
            ),
            f"{before}.oauthbearer.connections.max.reauth.ms": self.reauthentication,
        }

    def format_options(self) -> list[str]:
        """Return what Kafka's storage tool needs to know every user from the first start on."""
        return [
            option
            for name, password in self.users.items()
            for mechanism in SCRAM
            for option in ("--add-scram", f"{mechanism}=[name={name},password={password}]")
        ]


def secure(
    folder: Path, users: Mapping[str, str] | None = None, reauthentication: int = REAUTHENTICATION
) -> Security:
    """Make the secrets of a cluster, or return those that the folder has already.

    Args:
        folder: keeps them.
        users: passwords by name; absent: `USERS`, with new passwords.
        reauthentication: milliseconds that a login by token is good for, at most.

    Raises:
        ClusterError: a name or password cannot be sent, or openssl is missing.
    """
    kept = folder / "users.json"
    if kept.exists():
        return Security(folder, json.loads(kept.read_text()), reauthentication)
    users = users or {name: secrets.token_urlsafe(12) for name in USERS}
    users = {ADMIN: secrets.token_urlsafe(12), **users}
    for text in (*users, *users.values()):
        if not _SENDABLE.fullmatch(text):
            raise ClusterError("users and passwords are letters, digits, '.', '_' and '-' only")
    made = Security(folder, users, reauthentication)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_authority(folder)
    for name in ("broker", *users):
        make_certificate(folder, name)
    both = (made.key("broker").read_text(), made.certificate("broker").read_text())
    (folder / "broker.keystore.pem").write_text("".join(both))  # Kafka wants them in one file
    kept.write_text(json.dumps(users, indent=2) + "\n")
    return made
