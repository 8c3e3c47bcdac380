from __future__ import annotations

import json
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from deploy.kafka.acls import Grant
from deploy.kafka.certificates import make_authority, make_certificate
from deploy.kafka.cluster import Cluster
from deploy.kafka.jars import ClusterError
from deploy.kafka.node import write_settings
from deploy.kafka.plan import load, make, refuse_taken_ports
from deploy.kafka.security import ADMIN, USERS, secure


def test_the_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    first = secure(tmp_path / "security")
    second = secure(tmp_path / "security")

    assert set(first.users) == set(USERS)
    assert second == first
    assert json.loads((tmp_path / "security" / "users.json").read_text()) == first.users
    assert stat.S_IMODE((tmp_path / "security").stat().st_mode) == 0o700


def test_there_is_always_an_admin(tmp_path: Path) -> None:
    assert ADMIN in secure(tmp_path, {"somebody": "word"}).users


@pytest.mark.parametrize("users", [{"so;me": "word"}, {"somebody": 'wo"rd'}, {"somebody": ""}])
def test_what_would_break_the_settings_is_refused(tmp_path: Path, users: dict[str, str]) -> None:
    with pytest.raises(ClusterError, match="letters, digits"):
        secure(tmp_path, users)
    assert list(tmp_path.iterdir()) == []


def test_a_certificate_is_of_its_authority_and_for_this_machine(tmp_path: Path) -> None:
    make_authority(tmp_path)
    certificate = make_certificate(tmp_path, "somebody")

    verify = ["openssl", "verify", "-CAfile", str(tmp_path / "ca.pem")]
    verify += ["-verify_ip", "127.0.0.1", "-verify_hostname", "localhost", str(certificate)]
    assert subprocess.run(verify, capture_output=True, check=False).returncode == 0


def test_without_openssl_the_error_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ClusterError, match="openssl is missing"):
        make_authority(tmp_path)


def test_clients_have_three_listeners_and_none_of_them_is_open(tmp_path: Path) -> None:
    plan = make(tmp_path, 1, 9092, "4.3.1", secured=True)
    (place,) = plan.places

    write_settings(place, plan.places, secure(tmp_path / "security"))

    settings = dict(line.split("=", 1) for line in place.settings.read_text().splitlines())
    assert settings["listeners"] == (
        "SASL_SSL://127.0.0.1:9092,SSL://127.0.0.1:9192,SASL_PLAINTEXT://127.0.0.1:9292,"
        "INTERNAL://127.0.0.1:9392,CONTROLLER://127.0.0.1:10092"
    )
    assert settings["advertised.listeners"] == settings["listeners"]
    assert settings["listener.name.ssl.ssl.client.auth"] == "required"
    assert settings["authorizer.class.name"].endswith("StandardAuthorizer")
    assert place.open_port == 9392


def test_a_secured_cluster_is_not_started_as_an_open_one(tmp_path: Path) -> None:
    make(tmp_path, 1, 9092, "4.3.1", secured=True).save(tmp_path)

    kept = load(tmp_path)
    assert kept is not None
    assert kept.secured
    with pytest.raises(ClusterError, match="holds a cluster with logins: remove it"):
        make(tmp_path, 1, 9092, "4.3.1")


def test_every_port_of_a_secured_cluster_must_be_free(tmp_path: Path) -> None:
    plan = make(tmp_path, 1, 0, "4.3.1", secured=True)
    taken = socket.create_server(("127.0.0.1", plan.places[0].open_port))
    with taken, pytest.raises(ClusterError, match="is taken"):
        refuse_taken_ports(plan)


@pytest.mark.real_kafka
def test_a_grant_that_kafka_refuses_is_told(secured_cluster: Cluster) -> None:
    with pytest.raises(ClusterError, match="Kafka did not change its grants: "):
        secured_cluster.allow([Grant("tiebeam", "Topic", "", "Read", "prefixed")])
