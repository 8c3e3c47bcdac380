"""Asks a broker over the wire which brokers are alive: the proof that it really answers."""

from __future__ import annotations

import socket
import struct

METADATA = 3  # API key
METADATA_VERSION = 1  # the smallest that names brokers; Kafka 4 still speaks it
TIMEOUT = 2.0  # seconds for one question


def living_brokers(host: str, port: int) -> set[int]:
    """Return the ids of the brokers that this broker offers to clients.

    Raises:
        OSError: nobody listens, or nobody answers in time.
    """
    client = b"probe"
    request = struct.pack(">hhih", METADATA, METADATA_VERSION, 1, len(client)) + client
    request += struct.pack(">i", 0)  # no topics: only the brokers
    with socket.create_connection((host, port), timeout=TIMEOUT) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        return _broker_ids(receive(connection))


def receive(connection: socket.socket) -> bytes:
    """Return one whole answer, from its correlation id on.

    Raises:
        OSError: it does not come, or not in time.
    """
    (size,) = struct.unpack(">i", _read(connection, 4))
    return _read(connection, size)


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        if not chunk:
            raise ConnectionResetError("the broker closed the connection")
        data += chunk
    return data


def _broker_ids(answer: bytes) -> set[int]:
    """Read the broker list of a Metadata response, version 1."""
    (count,) = struct.unpack_from(">i", answer, 4)  # after the correlation id
    position, ids = 8, set()
    for _ in range(count):
        node_id, host_length = struct.unpack_from(">ih", answer, position)
        (rack_length,) = struct.unpack_from(">h", answer, position + 10 + host_length)
        position += 12 + host_length + max(rack_length, 0)  # id, host, port, rack (-1: none)
        ids.add(node_id)
    return ids
