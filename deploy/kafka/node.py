"""One Kafka node (broker and controller in one process): its files, its process, its end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from deploy.kafka.jars import ClusterError
from deploy.kafka.probe import living_brokers
from deploy.kafka.security import INTERNAL_OFFSET, Security

HOST = "127.0.0.1"
LOG4J = Path(__file__).with_name("log4j2.xml")
STOP_TIMEOUT = 15.0  # seconds for an orderly stop before the process is killed
FORMAT_TIMEOUT = 60.0  # seconds
START_TIMEOUT = 90.0  # seconds until every broker must answer
# Small and quick to start rather than fast for ever: the first compiler and the simplest collector.
JVM_OPTIONS = (
    "-Xms128m",
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Xlog:disable",
    "-Djava.awt.headless=true",
)


@dataclass(frozen=True)
class Place:
    """Where one node lives: its number from 1, its ports on this machine and its folder."""

    number: int
    port: int
    controller_port: int
    folder: Path
    secured: bool = False

    @property
    def open_port(self) -> int:
        """The port of the listener without login."""
        return self.port + INTERNAL_OFFSET if self.secured else self.port

    @property
    def settings(self) -> Path:
        """The node's server.properties."""
        return self.folder / "server.properties"

    @property
    def log(self) -> Path:
        """What the node has printed: warnings and errors."""
        return self.folder / "server.log"

    @property
    def pid_file(self) -> Path:
        """Holds the process id while the node runs."""
        return self.folder / "pid"


def write_settings(place: Place, places: list[Place], security: Security | None = None) -> None:
    """Write server.properties for one node of a cluster of these places."""
    copies = min(len(places), 3)
    in_sync = 2 if copies == 3 else 1
    voters = ",".join(f"{p.number}@{HOST}:{p.controller_port}" for p in places)
    lines: dict[str, object] = {
        "process.roles": "broker,controller",
        "node.id": place.number,
        "listeners": f"PLAINTEXT://{HOST}:{place.port}",
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.voters": voters,
        "log.dirs": place.folder / "data",
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": 8,  # 50 by default: slow to create, of no use here
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": 8,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        "group.initial.rebalance.delay.ms": 0,  # 3 s by default: every first consumer would wait
        # A consumer may ask to be given up sooner than after 6 s, as tests do that kill consumers.
        "group.min.session.timeout.ms": 500,
        # A killed broker may come back, and its partitions find a new leader, only once its session
        # has run out: 9 s by default.
        "broker.session.timeout.ms": 4000,
        "broker.heartbeat.interval.ms": 500,
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,  # 128 MiB by default
    }
    if security is not None:
        lines |= security.settings(HOST, place.port)
    # clients come to where the node listens, controllers to a listener of their own
    lines["listeners"] = f"{lines['listeners']},CONTROLLER://{HOST}:{place.controller_port}"
    lines["advertised.listeners"] = lines["listeners"]
    place.folder.mkdir(parents=True, exist_ok=True)
    place.settings.write_text("".join(f"{key}={value}\n" for key, value in lines.items()))


def is_formatted(place: Place) -> bool:
    """Tell whether the node's storage belongs to a cluster already."""
    return (place.folder / "data" / "meta.properties").exists()


def prepare(
    places: list[Place], cluster_id: str, jars: Path, security: Security | None = None
) -> None:
    """Write the settings of every node, and format the storage of those that have none yet.

    Raises:
        ClusterError: Kafka refused to format.
    """
    for place in places:
        write_settings(place, places, security)
    tool = ["kafka.tools.StorageTool", "format", "--cluster-id", cluster_id, "--config"]
    users = security.format_options() if security is not None else []
    running = [
        subprocess.Popen(
            [*_java(jars), *tool, str(place.settings), *users],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for place in places
        if not is_formatted(place)
    ]
    for process in running:
        output, _ = process.communicate(timeout=FORMAT_TIMEOUT)
        if process.returncode != 0:
            raise ClusterError(f"Kafka could not format its storage: {_reason(output)}")


@dataclass
class Node:
    """The process of one node, started here or (by its pid file) by an earlier command."""

    place: Place
    jars: Path
    detached: bool = False
    options: tuple[str, ...] = ()  # for the Java machine, besides the usual ones
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _guard: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start the process; it does not answer yet when this returns."""
        if not self.detached:
            self._guard = _start_guard()
        group = 0 if self._guard is None else self._guard.pid
        with self.place.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_java(self.jars), *self.options, "kafka.Kafka", str(self.place.settings)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=None if self.detached else group,
                start_new_session=self.detached,  # survives the terminal of `start`
            )
        self.place.pid_file.write_text(str(self._process.pid))

    def pid(self) -> int | None:
        """Return the process id, or None when the node does not run."""
        if self._process is not None:
            return self._process.pid if self._process.poll() is None else None
        try:
            pid = int(self.place.pid_file.read_text())
        except (OSError, ValueError):
            return None
        # The number may long belong to another program: it is ours only with our settings file.
        return pid if str(self.place.settings) in _command_line(pid) else None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process; nothing happens when it does not run."""
        pid = self.pid()
        if pid is not None:
            os.kill(pid, number)

    def ask_to_stop(self) -> None:
        """Ask for an orderly stop, without waiting for it."""
        self.send(signal.SIGTERM)

    def wait_stopped(self, timeout: float = STOP_TIMEOUT) -> None:
        """Wait for the end of the process; kill it when it takes longer than this (seconds)."""
        deadline = time.monotonic() + timeout
        while self.pid() is not None and time.monotonic() < deadline:
            time.sleep(0.02)
        self.kill()

    def kill(self) -> None:
        """End the process at once, as a power cut would; nothing happens when it does not run."""
        self.send(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
            self._process = None
        while self.pid() is not None:  # another command's process: not ours to wait for
            time.sleep(0.02)
        _end_guard(self._guard)
        self._guard = None
        self.place.pid_file.unlink(missing_ok=True)

    def last_words(self) -> str:
        """Return the reason that a node which ended left in its log."""
        try:
            return _reason(self.place.log.read_text(errors="replace"))
        except OSError:
            return "it left no log"


def wait_answering(nodes: list[Node]) -> None:
    """Wait until each of these brokers names all of them to its clients.

    Raises:
        ClusterError: one ended, or did not answer in time.
    """
    deadline = time.monotonic() + START_TIMEOUT
    everyone = {node.place.number for node in nodes}
    waiting = nodes
    while waiting:
        ended = next((node for node in nodes if node.pid() is None), None)
        if ended is not None:
            raise ClusterError(
                f"Kafka broker {ended.place.number} ended: {ended.last_words()} "
                f"(log: {ended.place.log})"
            )
        if time.monotonic() > deadline:
            raise ClusterError(
                f"Kafka broker {waiting[0].place.number} did not answer within "
                f"{START_TIMEOUT:.0f} s (log: {waiting[0].place.log})"
            )
        time.sleep(0.03)
        waiting = [node for node in waiting if not _names(node, everyone)]


def _names(node: Node, everyone: set[int]) -> bool:
    try:
        return everyone <= living_brokers(HOST, node.place.open_port)
    except OSError:
        return False


def java() -> str:
    """Return the path of Java.

    Raises:
        ClusterError: there is none.
    """
    found = shutil.which("java")
    if found is None:
        raise ClusterError("Java is missing: Kafka needs Java 17 or newer on the PATH")
    return found


def class_archive(jars: Path) -> Path:
    """Return where the classes that Kafka loads are kept ready, see warmup.py."""
    return jars / "classes.jsa"


def _java(jars: Path) -> list[str]:
    command = [java(), *JVM_OPTIONS, f"-Dlog4j2.configurationFile={LOG4J}", "-cp", f"{jars}/*"]
    if class_archive(jars).exists():  # one of another Java is ignored
        command.append(f"-XX:SharedArchiveFile={class_archive(jars)}")
    return command


def _start_guard() -> subprocess.Popen[bytes]:
    """Start the process that ends the node when this one is gone, however it went.

    It leads the process group that the node joins, and waits on a pipe of which we hold the
    other end: when we end, even by SIGKILL, the pipe closes and it kills the group. (Linux's
    parent-death signal is no way out: it fires when the starting *thread* ends.)
    """
    return subprocess.Popen(
        ["/bin/sh", "-c", "read _; kill -KILL 0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )


def _end_guard(guard: subprocess.Popen[bytes] | None) -> None:
    if guard is not None:
        assert guard.stdin is not None
        guard.stdin.close()
        guard.wait()


def _command_line(pid: int) -> str:
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return ""
    command = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _reason(output: str) -> str:
    """Return the line that says most about a failure of Kafka."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if any("UnsupportedClassVersionError" in line for line in lines):
        return "this Java is too old: Kafka needs Java 17 or newer"
    causes = [line for line in lines if "Caused by" in line or "Exception" in line]
    return (causes or lines or ["it said nothing"])[-1]
