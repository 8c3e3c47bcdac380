from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.kafka.node import Node, Place, write_settings


def places(tmp_path: Path, count: int) -> list[Place]:
    return [
        Place(number, 9091 + number, 10091 + number, tmp_path / f"broker-{number}")
        for number in range(1, count + 1)
    ]


def settings_of(place: Place) -> dict[str, str]:
    return dict(line.split("=", 1) for line in place.settings.read_text().splitlines())


@pytest.mark.parametrize(("brokers", "copies", "in_sync"), [(1, "1", "1"), (3, "3", "2")])
def test_internal_topics_have_as_many_copies_as_the_cluster_can_hold(
    tmp_path: Path, brokers: int, copies: str, in_sync: str
) -> None:
    cluster = places(tmp_path, brokers)

    write_settings(cluster[0], cluster)

    settings = settings_of(cluster[0])
    for key in ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic"):
        assert settings[f"{key}.replication.factor"] == copies
    assert settings["default.replication.factor"] == copies
    assert settings["min.insync.replicas"] == in_sync
    assert settings["transaction.state.log.min.isr"] == in_sync
    assert settings["controller.quorum.voters"].count("@") == brokers
    assert settings["auto.create.topics.enable"] == "false"


def test_the_process_id_of_another_program_is_not_taken_for_the_broker(tmp_path: Path) -> None:
    (place,) = places(tmp_path, 1)
    place.folder.mkdir()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        place.pid_file.write_text(str(stranger.pid))
        node = Node(place, tmp_path, detached=True)

        assert node.pid() is None
        node.kill()

        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("INFO fine\njava.net.BindException: Address in use\n", "java.net.BindException: Addr.*"),
        ("java.lang.UnsupportedClassVersionError: kafka/Kafka\n", "this Java is too old: .*"),
        ("", "it said nothing"),
    ],
)
def test_a_broker_that_ended_leaves_its_reason(tmp_path: Path, log: str, reason: str) -> None:
    (place,) = places(tmp_path, 1)
    place.folder.mkdir()
    place.log.write_text(log)

    assert re.fullmatch(reason, Node(place, tmp_path).last_words())
