from __future__ import annotations

import socket
from pathlib import Path

import pytest

from deploy.kafka.jars import ClusterError
from deploy.kafka.plan import load, make, refuse_taken_ports


def test_ports_follow_the_first_one_and_controllers_are_1000_higher(tmp_path: Path) -> None:
    plan = make(tmp_path, brokers=3, port=9092, version="4.3.1")

    assert [place.port for place in plan.places] == [9092, 9093, 9094]
    assert [place.controller_port for place in plan.places] == [10092, 10093, 10094]
    assert [place.number for place in plan.places] == [1, 2, 3]


def test_port_0_takes_free_ones_that_the_system_gives_to_nobody(tmp_path: Path) -> None:
    plan = make(tmp_path, brokers=3, port=0, version="4.3.1")

    refuse_taken_ports(plan)
    assert all(15_000 <= place.port < 32_768 for place in plan.places)


def test_free_ports_are_free_for_every_listener_of_a_secured_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = make(tmp_path, brokers=1, port=0, version="4.3.1", secured=True)
    first = plan.places[0]
    with socket.create_server(("127.0.0.1", first.open_port)):
        choices = iter((first.port, first.port + 1))
        monkeypatch.setattr("deploy.kafka.plan.secrets.choice", lambda _: next(choices))
        again = make(tmp_path, brokers=1, port=0, version="4.3.1", secured=True)

    assert again.places[0].port == first.port + 1


def test_a_kept_plan_is_loaded_as_it_was(tmp_path: Path) -> None:
    plan = make(tmp_path, brokers=3, port=9092, version="4.3.1")
    plan.save(tmp_path)

    assert load(tmp_path) == plan


def test_a_second_start_keeps_the_cluster_id_of_the_data(tmp_path: Path) -> None:
    first = make(tmp_path, brokers=1, port=9092, version="4.2.0")
    first.save(tmp_path)

    second = make(tmp_path, brokers=1, port=9999, version="4.3.1")

    assert second.cluster_id == first.cluster_id
    assert [place.port for place in second.places] == [9999]


def test_a_cluster_id_never_looks_like_an_option(tmp_path: Path) -> None:
    ids = {make(tmp_path, 1, 9092, "4.3.1").cluster_id for _ in range(500)}

    assert not [cluster_id for cluster_id in ids if cluster_id.startswith("-")]
    assert {len(cluster_id) for cluster_id in ids} == {22}


def test_another_number_of_brokers_than_the_data_has_is_refused(tmp_path: Path) -> None:
    make(tmp_path, brokers=3, port=9092, version="4.3.1").save(tmp_path)

    with pytest.raises(ClusterError, match=r"holds a cluster of 3 broker\(s\), not 1"):
        make(tmp_path, brokers=1, port=9092, version="4.3.1")


def test_two_brokers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="a local Kafka has 1 broker or 3, not 2"):
        make(tmp_path, brokers=2, port=9092, version="4.3.1")


def test_a_damaged_plan_says_what_to_remove(tmp_path: Path) -> None:
    (tmp_path / "cluster.json").write_text("{}")

    with pytest.raises(ClusterError, match=f"cannot be read: remove {tmp_path}"):
        load(tmp_path)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        plan = make(tmp_path, brokers=1, port=port, version="4.3.1")

        with pytest.raises(ClusterError, match=f"port {port} is taken"):
            refuse_taken_ports(plan)
