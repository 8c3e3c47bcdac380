"""`tiebeam check` and `tiebeam topics apply` at a Kafka with logins: who may do what is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kafka.acls import Grant
from deploy.kafka.cluster import Cluster
from tests.logins import FORGIVING, by_scram, grant, late_connections
from tests.workers.cli.conftest import Refused, Shell
from workers.permissions import GROUP

pytestmark = [pytest.mark.kafka, pytest.mark.real_kafka, FORGIVING]


@pytest.fixture(autouse=True)
def _late_connections() -> Iterator[None]:
    with late_connections():
        yield


@pytest.fixture
def login(shell: Shell, secured_cluster: Cluster, topic_prefix: str, tmp_path: Path) -> Shell:
    """The configuration of a user who may do everything with our topics, and has no group."""
    security = secured_cluster.security
    assert security is not None
    password = tmp_path / "password"
    password.write_text(security.users["react"])
    shell.change(
        'bootstrap_servers = "127.0.0.1:9"',
        f"""bootstrap_servers = "{secured_cluster.bootstrap_servers}"
security_protocol = "SASL_SSL"
sasl_mechanism = "SCRAM-SHA-512"
sasl_username = "react"
sasl_password = "file:{password}"
ssl_cafile = "{security.authority}"
topic_prefix = "{topic_prefix}"
partitions = 1""",
    )
    shell.upgrade()
    grants = [Grant("react", "Topic", topic_prefix, "All", "prefixed")]
    asyncio.run(grant(secured_cluster, by_scram(secured_cluster, "react"), grants))
    assert shell.tiebeam("topics", "apply").code == 0
    return shell


def kafka_lines(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.split()[1].startswith("kafka")]


def test_a_group_that_is_not_granted_fails_the_check_of_the_role_that_reads(
    login: Shell, secured_cluster: Cluster, topic_prefix: str
) -> None:
    where = secured_cluster.bootstrap_servers

    assert kafka_lines(login.tiebeam("check").out) == [
        f"ok   kafka {where}",
        "ok   kafka permissions of relay",
        f"FAIL kafka permissions of react: Kafka at {where}: react by SCRAM-SHA-512 has no "
        f"permission to Read on the group {topic_prefix}{GROUP}: grant it",
    ]
    assert kafka_lines(login.tiebeam("check", "relay").out) == [
        f"ok   kafka {where}",
        "ok   kafka permissions of relay",
    ]


def test_a_wrong_password_fails_the_check_and_shows_no_secret(
    login: Shell, secured_cluster: Cluster, one_line: Refused, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("not-the-password")

    done = login.tiebeam("check", "relay")
    applied = one_line(login.tiebeam("topics", "apply"), 1)

    (line,) = kafka_lines(done.out)
    where = secured_cluster.bootstrap_servers
    assert line.startswith(f"FAIL kafka {where}: {applied.partition(':')[0]}")
    assert "refuses the login react by SCRAM-SHA-512: " in line
    assert "not-the-password" not in done.out + done.err + applied


def test_topics_that_differ_are_named_and_left_alone(login: Shell, topic_prefix: str) -> None:
    login.change("partitions = 1", 'partitions = 1\nretention = "2d"')

    done = login.tiebeam("topics", "apply")

    assert (done.code, done.err) == (0, "")
    name = f"{topic_prefix}plentific.invoices"
    line = f"differs: topic {name} has retention.ms=604800000, wanted 172800000"
    assert line in done.out.splitlines()
    assert login.tiebeam("topics", "apply").out == done.out, "it was changed after all"


def test_the_check_notes_topics_that_differ(login: Shell, topic_prefix: str) -> None:
    assert "retention" not in login.tiebeam("check").out
    login.change("partitions = 1", 'partitions = 1\naudit_retention = "365d"')

    noted = [line for line in login.tiebeam("check").out.splitlines() if "retention" in line]

    assert noted == [
        f"note topic {topic_prefix}{name} has retention.ms=-1, wanted 31536000000"
        for name in ("essensys.charge-sheets", "tiebeam.reactions")
    ]


def test_a_role_that_there_is_not_is_refused(shell: Shell) -> None:
    assert shell.tiebeam("check", "cook").code == 2
