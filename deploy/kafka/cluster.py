"""Real Apache Kafka on this machine: `python deploy/kafka/cluster.py start`, or start()."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

if __name__ == "__main__":  # run as a file: imports are from the root of the repository
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from deploy.kafka import acls
from deploy.kafka import plan as plans
from deploy.kafka.acls import Grant
from deploy.kafka.jars import DEFAULT_CACHE, KAFKA_VERSION, ClusterError, fetch, fetched
from deploy.kafka.node import HOST, Node, java, prepare, wait_answering
from deploy.kafka.plan import Plan
from deploy.kafka.security import (
    REAUTHENTICATION,
    SASL_PLAINTEXT_OFFSET,
    SSL_OFFSET,
    Security,
    secure,
)
from deploy.kafka.warmup import warm_up

__all__ = ["KAFKA_VERSION", "Cluster", "ClusterError", "attach", "fetch", "fetched", "start"]

DEFAULT_DIRECTORY = DEFAULT_CACHE / "local"
DEFAULT_PORT = 9092


def start(
    *,
    brokers: int = 1,
    directory: Path | None = None,
    port: int = 0,
    version: str = KAFKA_VERSION,
    cache: Path | None = None,
    detached: bool = False,
    secured: bool = False,
    users: Mapping[str, str] | None = None,
    reauthentication: int = REAUTHENTICATION,
) -> Cluster:
    """Start a cluster and return it once every broker answers.

    Args:
        brokers: how many nodes, 1 or 3; each is broker and controller.
        directory: keeps settings, logs and data; absent: a temporary one, removed by stop().
        port: client port of the first broker, the next ones follow; 0: any free ones.
        version: of Apache Kafka, 4.0.0 or newer.
        cache: where the jars are kept; absent: `.cache/kafka` in the repository.
        detached: the nodes outlive this process. Otherwise they end with it, however it ends.
        secured: clients have to log in, and may do what they are granted: `Cluster.security`.
        users: of a secured cluster, passwords by name; absent: "admin" and "tiebeam".
        reauthentication: milliseconds that a login by token is good for, at most.

    Raises:
        ClusterError: Java, Maven or the jars are missing, a port is taken, Kafka did not start.
    """
    java()
    jars = fetch(version, cache)
    warm_up(jars)
    folder = directory or Path(tempfile.mkdtemp(prefix="tiebeam-kafka-"))
    try:
        plan = plans.make(folder, brokers, port, version, secured=secured)
        _refuse_running(folder, jars)
        plans.refuse_taken_ports(plan)
        security = secure(_secrets(folder), users, reauthentication) if secured else None
        prepare(plan.places, plan.cluster_id, jars, security)
        plan.save(folder)
        cluster = Cluster(plan, jars, detached, security, folder if directory is None else None)
        cluster.start()
    except BaseException:
        if directory is None:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    return cluster


def attach(directory: Path, cache: Path | None = None) -> Cluster:
    """Return the cluster that an earlier detached start() left in this directory.

    Raises:
        ClusterError: there has never been one.
    """
    plan = plans.load(directory)
    if plan is None:
        raise ClusterError(f"no Kafka was ever started in {directory}: start one first")
    security = secure(_secrets(directory)) if plan.secured else None
    return Cluster(plan, fetch(plan.version, cache), detached=True, security=security)


def _secrets(directory: Path) -> Path:
    return directory.resolve() / "security"


class Cluster:
    """Brokers of one cluster, numbered from 1; each call returns when what it asks has happened."""

    def __init__(
        self,
        plan: Plan,
        jars: Path,
        detached: bool,
        security: Security | None = None,
        temporary: Path | None = None,
    ) -> None:
        self.version = plan.version
        self.security = security
        self._nodes = {place.number: Node(place, jars, detached) for place in plan.places}
        self._temporary = temporary

    @property
    def bootstrap_servers(self) -> str:
        """`host:port` of every broker, with commas between; SASL_SSL where it is secured."""
        return self._addresses(0)

    @property
    def ssl_servers(self) -> str:
        """The same for clients that log in by certificate, at a secured cluster."""
        return self._addresses(SSL_OFFSET)

    @property
    def sasl_plaintext_servers(self) -> str:
        """The same for clients that log in without encryption, at a secured cluster."""
        return self._addresses(SASL_PLAINTEXT_OFFSET)

    def allow(self, grants: Sequence[Grant]) -> None:
        """Let users of a secured cluster do something.

        Raises:
            ClusterError: Kafka refused.
        """
        acls.allow(HOST, self._node(1).place.open_port, grants)

    def withdraw(self, grants: Sequence[Grant]) -> None:
        """Let them do it no more.

        Raises:
            ClusterError: Kafka refused.
        """
        acls.withdraw(HOST, self._node(1).place.open_port, grants)

    def _addresses(self, offset: int) -> str:
        return ",".join(f"{HOST}:{node.place.port + offset}" for node in self._nodes.values())

    def running(self) -> list[int]:
        """Return the numbers of the brokers whose process is there."""
        return [number for number, node in self._nodes.items() if node.pid() is not None]

    def start(self) -> None:
        """Start every broker that does not run; end them all again when one does not come up.

        Raises:
            ClusterError: a broker ended or did not answer in time.
        """
        try:
            for node in self._nodes.values():
                if node.pid() is None:
                    node.start()
            wait_answering(list(self._nodes.values()))
        except BaseException:
            for node in self._nodes.values():
                node.kill()
            raise

    def start_broker(self, number: int) -> None:
        """Start one broker and wait until all running ones name it. Does nothing when it runs.

        Raises:
            ClusterError: no such broker, or it ended or did not answer in time.
        """
        node = self._node(number)
        if node.pid() is None:
            others = [other for other in self._nodes.values() if other.pid() is not None]
            node.start()
            wait_answering([*others, node])

    def stop_broker(self, number: int) -> None:
        """Stop one broker in good order: it hands over what it leads and closes its files."""
        node = self._node(number)
        node.ask_to_stop()
        node.wait_stopped()

    def kill_broker(self, number: int) -> None:
        """End one broker at once, as a power cut would."""
        self._node(number).kill()

    def pause_broker(self, number: int) -> None:
        """Freeze one broker: it keeps its connections and answers nobody."""
        self._node(number).send(signal.SIGSTOP)

    def resume_broker(self, number: int) -> None:
        """Let a frozen broker go on."""
        self._node(number).send(signal.SIGCONT)

    def stop(self) -> None:
        """Stop every broker; a temporary directory is removed."""
        for node in self._nodes.values():
            if self._temporary is None:
                node.ask_to_stop()
            else:
                node.kill()  # there is nothing to keep in good order
        for node in self._nodes.values():
            node.wait_stopped()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _node(self, number: int) -> Node:
        node = self._nodes.get(number)
        if node is None:
            raise ClusterError(f"there is no broker {number}: they are 1 to {len(self._nodes)}")
        return node


def _refuse_running(directory: Path, jars: Path) -> None:
    plan = plans.load(directory)
    if plan is None:
        return
    for place in plan.places:
        if Node(place, jars, detached=True).pid() is not None:
            raise ClusterError(
                f"Kafka runs in {directory} already, on port {place.port}: stop it first"
            )


# --- the command ---------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0 done, 1 failed (one line on stderr says why)."""
    options = _parser().parse_args(arguments)
    try:
        print(_run(options))
    except ClusterError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1
    return 0


def _run(options: argparse.Namespace) -> str:
    match options.command:
        case "fetch":
            jars = fetch(options.version)
            warm_up(jars)
            return f"Kafka {options.version} is in {jars}"
        case "start":
            return _start(options)
        case "stop":
            attach(options.dir).stop()
            return "Kafka is stopped"
        case "start-broker":
            attach(options.dir).start_broker(options.number)
        case "stop-broker":
            attach(options.dir).stop_broker(options.number)
        case "allow":
            return _allow(options)
    return _status(attach(options.dir))


def _allow(options: argparse.Namespace) -> str:
    cluster = attach(options.dir)
    if cluster.security is None:
        raise ClusterError(f"the Kafka in {options.dir} has no logins: start one with --secure")
    pattern: Literal["literal", "prefixed"] = "prefixed" if options.prefixed else "literal"
    user, resource, name = options.user, options.resource, options.name
    try:
        cluster.allow([Grant(user, resource, name, one, pattern) for one in options.operations])
    except OSError as error:
        raise ClusterError(f"Kafka does not answer: {error}") from error
    named = f"{'what begins with ' if options.prefixed else ''}{name!r}"
    return f"{user} may {', '.join(options.operations)}: {resource} {named}"


def _start(options: argparse.Namespace) -> str:
    began = time.monotonic()
    if options.foreground:  # a stop by the system is then the same as Ctrl-C
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    cluster = start(
        brokers=options.brokers,
        directory=options.dir,
        port=options.port,
        version=options.version,
        detached=not options.foreground,
        secured=options.secure,
    )
    took = f"{_status(cluster)} (started in {time.monotonic() - began:.1f} s)"
    if not options.foreground:
        return took
    with cluster:
        print(took, flush=True)
        _stay(cluster)
    return "Kafka is stopped"


def _stay(cluster: Cluster) -> None:
    """Return at Ctrl-C; a broker that ends by itself is an error."""
    brokers = cluster.running()
    try:
        while cluster.running() == brokers:
            time.sleep(0.5)
    except KeyboardInterrupt:
        return
    raise ClusterError(f"a broker ended by itself; still running: {cluster.running() or 'none'}")


def _status(cluster: Cluster) -> str:
    running = ", ".join(map(str, cluster.running())) or "none"
    logins = f"; users and certificates: {cluster.security.folder}" if cluster.security else ""
    where = f"Kafka {cluster.version} at {cluster.bootstrap_servers}"
    return f"{where}; brokers running: {running}{logins}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cluster.py", description="Apache Kafka on this machine")
    commands = parser.add_subparsers(dest="command", required=True)
    place = argparse.ArgumentParser(add_help=False)
    place.add_argument("--dir", type=Path, default=DEFAULT_DIRECTORY, help="%(default)s")
    version = argparse.ArgumentParser(add_help=False)
    version.add_argument("--version", default=KAFKA_VERSION, help="of Kafka (%(default)s)")
    commands.add_parser("fetch", parents=[version], help="fetch the jars only")
    starting = commands.add_parser("start", parents=[place, version], help="start and return")
    starting.add_argument("--brokers", type=int, choices=(1, 3), default=1)
    starting.add_argument("--port", type=int, default=DEFAULT_PORT, help="of broker 1; 0: free")
    starting.add_argument("--secure", action="store_true", help="with TLS, logins and grants")
    starting.add_argument("--foreground", action="store_true", help="stay until Ctrl-C")
    commands.add_parser("stop", parents=[place], help="stop every broker")
    commands.add_parser("status", parents=[place], help="where it is and what runs")
    for name in ("start-broker", "stop-broker"):
        one = commands.add_parser(name, parents=[place], help="one broker of a running cluster")
        one.add_argument("number", type=int)
    granting = commands.add_parser("allow", parents=[place], help="a grant in a secured cluster")
    granting.add_argument("user")
    granting.add_argument("resource", choices=sorted(acls.RESOURCES))
    granting.add_argument("name", help="of the topic or group; kafka-cluster of the cluster")
    granting.add_argument("operations", nargs="+", choices=sorted(acls.OPERATIONS))
    granting.add_argument("--prefixed", action="store_true", help="all that begin with the name")
    return parser


if __name__ == "__main__":
    sys.exit(main())
