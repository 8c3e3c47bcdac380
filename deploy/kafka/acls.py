"""Who may do what at a local Kafka: grants are made over the wire, at a listener without login."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from deploy.kafka.jars import ClusterError
from deploy.kafka.probe import TIMEOUT, receive

CREATE_ACLS, DELETE_ACLS = 30, 31  # API keys
VERSION = 1
ALLOW = 3

RESOURCES = {"Topic": 2, "Group": 3, "Cluster": 4}
PATTERNS = {"literal": 3, "prefixed": 4}
OPERATIONS = {
    "All": 2,
    "Read": 3,
    "Write": 4,
    "Create": 5,
    "Delete": 6,
    "Alter": 7,
    "Describe": 8,
    "DescribeConfigs": 10,
}


@dataclass(frozen=True)
class Grant:
    """One line of an access list: a user may do one thing with what has, or begins with, a name."""

    user: str
    resource: Literal["Topic", "Group", "Cluster"]
    name: str
    operation: str
    pattern: Literal["literal", "prefixed"] = "literal"


def allow(host: str, port: int, grants: Sequence[Grant]) -> None:
    """Make these grants; one that is there already stays.

    Raises:
        ClusterError: Kafka refused.
        OSError: nobody answers.
    """
    _change(host, port, CREATE_ACLS, grants)


def withdraw(host: str, port: int, grants: Sequence[Grant]) -> None:
    """Take these grants back; one that is not there is passed over.

    Raises:
        ClusterError: Kafka refused.
        OSError: nobody answers.
    """
    _change(host, port, DELETE_ACLS, grants)


def _change(host: str, port: int, key: int, grants: Sequence[Grant]) -> None:
    client = b"acls"
    head = struct.pack(">hhih", key, VERSION, 1, len(client)) + client
    with socket.create_connection((host, port), timeout=TIMEOUT) as connection:
        for grant in grants:
            request = head + struct.pack(">i", 1) + _entry(grant)
            connection.sendall(struct.pack(">i", len(request)) + request)
            _check(receive(connection))


def _check(answer: bytes) -> None:
    # after the correlation id, the throttle time and the number of results: a code and a reason
    code, length = struct.unpack_from(">hh", answer, 12)
    if code:
        reason = answer[16 : 16 + max(length, 0)].decode()
        raise ClusterError(f"Kafka did not change its grants: {reason or f'error {code}'}")


def _entry(grant: Grant) -> bytes:
    return b"".join(
        (
            struct.pack(">b", RESOURCES[grant.resource]),
            _text(grant.name),
            struct.pack(">b", PATTERNS[grant.pattern]),
            _text(f"User:{grant.user}"),
            _text("*"),  # from every host
            struct.pack(">bb", OPERATIONS[grant.operation], ALLOW),
        )
    )


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack(">h", len(data)) + data
