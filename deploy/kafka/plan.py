"""Which nodes a cluster has and on which ports; kept in the cluster's directory between starts."""

from __future__ import annotations

import base64
import json
import secrets
import socket
import uuid
from dataclasses import dataclass
from pathlib import Path

from deploy.kafka.jars import ClusterError
from deploy.kafka.node import HOST, Place
from deploy.kafka.security import INTERNAL_OFFSET, SASL_PLAINTEXT_OFFSET, SSL_OFFSET

CONTROLLER_OFFSET = 1000  # a node's controller port is its client port plus this
# Ports that the system does not hand out itself: a client that knocks on the port of a stopped
# broker could else be given that very port as its own, and the broker could not come back.
FREE_PORTS = range(15_000, 30_000)


@dataclass(frozen=True)
class Plan:
    """The nodes of one cluster, its id and its version of Kafka."""

    places: list[Place]
    cluster_id: str
    version: str

    @property
    def secured(self) -> bool:
        """Whether clients have to log in."""
        return any(place.secured for place in self.places)

    def save(self, directory: Path) -> None:
        """Write the plan where load() finds it."""
        saved = {
            "version": self.version,
            "cluster_id": self.cluster_id,
            "ports": [place.port for place in self.places],
            "secured": self.secured,
        }
        _file(directory).write_text(json.dumps(saved, indent=2) + "\n")


def load(directory: Path) -> Plan | None:
    """Return the plan of the cluster in this directory, None when there is no cluster.

    Raises:
        ClusterError: the file is not one of ours.
    """
    try:
        saved = json.loads(_file(directory).read_text())
        places = _places(directory, saved["ports"], saved.get("secured", False))
        return Plan(places, saved["cluster_id"], saved["version"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise ClusterError(f"{_file(directory)} cannot be read: remove {directory}") from error


def make(directory: Path, brokers: int, port: int, version: str, *, secured: bool = False) -> Plan:
    """Return the plan for a start in this directory: new, or the kept one on its own data.

    Raises:
        ClusterError: not 1 or 3 brokers, or the directory holds a cluster of another kind.
    """
    if brokers not in (1, 3):
        raise ClusterError(f"a local Kafka has 1 broker or 3, not {brokers}")
    kept = load(directory)
    if kept is not None and len(kept.places) != brokers:
        raise ClusterError(
            f"{directory} holds a cluster of {len(kept.places)} broker(s), not {brokers}: "
            "remove it or name another directory"
        )
    if kept is not None and kept.secured != secured:
        raise ClusterError(
            f"{directory} holds a cluster {'with' if kept.secured else 'without'} logins: "
            "remove it or name another directory"
        )
    ports = list(range(port, port + brokers)) if port else _free_ports(brokers, secured)
    cluster_id = kept.cluster_id if kept else _new_cluster_id()
    return Plan(_places(directory, ports, secured), cluster_id, version)


def refuse_taken_ports(plan: Plan) -> None:
    """Make sure that every port of the plan is free.

    Raises:
        ClusterError: another program listens on one.
    """
    for place in plan.places:
        for port in _ports(place):
            if not _is_free(port):
                raise ClusterError(f"port {port} is taken: stop what listens there, or use --port")


def _ports(place: Place) -> list[int]:
    others = (SSL_OFFSET, SASL_PLAINTEXT_OFFSET, INTERNAL_OFFSET) if place.secured else ()
    return [place.port, place.controller_port, *(place.port + offset for offset in others)]


def _places(directory: Path, ports: list[int], secured: bool) -> list[Place]:
    root = directory.resolve()
    return [
        Place(number, port, port + CONTROLLER_OFFSET, root / f"broker-{number}", secured)
        for number, port in enumerate(ports, start=1)
    ]


def _free_ports(count: int, secured: bool) -> list[int]:
    for _ in range(100):
        first = secrets.choice(FREE_PORTS)
        ports = list(range(first, first + count))
        places = _places(Path(), ports, secured)
        if all(_is_free(port) for place in places for port in _ports(place)):
            return ports
    raise ClusterError(f"no {count} free ports between {FREE_PORTS.start} and {FREE_PORTS.stop}")


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Kafka itself does
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
        return True


def _new_cluster_id() -> str:
    """Return an id in Kafka's own form: 16 bytes in base64, and not like a command's option."""
    while True:
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        if not cluster_id.startswith("-"):
            return cluster_id


def _file(directory: Path) -> Path:
    return directory / "cluster.json"
