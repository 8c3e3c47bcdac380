from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.kafka.probe import living_brokers

BROKERS = ((1, b"127.0.0.1", None), (3, b"kafka-3.example", b"rack-b"))


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A server that gives one answer and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def metadata_answer() -> bytes:
    body = struct.pack(">ii", 1, len(BROKERS))
    for node_id, host, rack in BROKERS:
        body += struct.pack(">ih", node_id, len(host)) + host + struct.pack(">i", 9092)
        body += struct.pack(">h", -1) if rack is None else struct.pack(">h", len(rack)) + rack
    body += struct.pack(">ii", 1, 0)  # controller, no topics
    return struct.pack(">i", len(body)) + body


def test_the_brokers_of_an_answer_are_read_with_and_without_rack() -> None:
    with answering(metadata_answer()) as port:
        assert living_brokers("127.0.0.1", port) == {1, 3}


def test_an_answer_that_is_cut_off_is_no_answer() -> None:
    with (
        answering(metadata_answer()[:20]) as port,
        pytest.raises(ConnectionResetError, match="the broker closed the connection"),
    ):
        living_brokers("127.0.0.1", port)
