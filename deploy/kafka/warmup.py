"""Keeps the classes that Kafka loads ready for later starts, which then take half as long."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from deploy.kafka import plan as plans
from deploy.kafka.node import Node, class_archive, prepare, wait_answering

WRITE_TIMEOUT = 60.0  # seconds that Java may take to write the archive when it ends


def warm_up(jars: Path) -> None:
    """Start a node once and let Java keep what it has loaded; does nothing when that is there.

    Raises:
        ClusterError: Kafka does not start on this machine.
    """
    kept = class_archive(jars)
    if kept.exists():
        return
    # Under a name of its own until it is whole: two first starts may happen at once.
    own = kept.with_suffix(f".{os.getpid()}")
    with tempfile.TemporaryDirectory(prefix="tiebeam-kafka-") as folder:
        plan = plans.make(Path(folder), 1, 0, "")
        (place,) = plan.places
        prepare(plan.places, plan.cluster_id, jars)
        node = Node(place, jars, options=(f"-XX:ArchiveClassesAtExit={own}",))
        try:
            node.start()
            wait_answering([node])
            node.ask_to_stop()
            node.wait_stopped(WRITE_TIMEOUT)
        finally:
            node.kill()
    if own.exists():  # a Java that cannot keep classes is only slower
        own.replace(kept)
