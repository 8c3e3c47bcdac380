from __future__ import annotations

from pathlib import Path

import pytest

from deploy.kafka.jars import KAFKA_VERSION, POM, ClusterError, fetch, fetched

FAKE_MAVEN = """#!/bin/sh
echo "$@" >> {log}
for argument in "$@"; do
  case "$argument" in
    -Dkafka.version=*) version="${{argument#*=}}" ;;
    -DoutputDirectory=*) target="${{argument#*=}}" ;;
  esac
done
/bin/mkdir -p "$target" && echo jar > "$target/kafka_2.13-$version.jar"
"""
FAILING_MAVEN = """#!/bin/sh
printf '[\\033[1;31mERROR\\033[m] Could not find artifact kafka_2.13:jar:4.0.99\\n'
printf '[\\033[1;31mERROR\\033[m] Try again with -e\\n'
exit 1
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(programs: Path, script: str) -> None:
    maven = programs / "mvn"
    maven.write_text(script)
    maven.chmod(0o755)


def test_maven_is_asked_once_and_never_again(tmp_path: Path, programs: Path) -> None:
    log, cache = tmp_path / "log", tmp_path / "cache"
    install(programs, FAKE_MAVEN.format(log=log))
    assert not fetched("4.1.0", cache)

    first, second = fetch("4.1.0", cache), fetch("4.1.0", cache)

    assert first == second == cache / "4.1.0"
    assert [jar.name for jar in first.iterdir()] == ["kafka_2.13-4.1.0.jar"]
    assert len(log.read_text().splitlines()) == 1
    assert [folder.name for folder in cache.iterdir()] == ["4.1.0"]
    assert fetched("4.1.0", cache)


def test_a_failed_fetch_says_why_in_one_line_and_leaves_nothing(
    tmp_path: Path, programs: Path
) -> None:
    install(programs, FAILING_MAVEN)

    with pytest.raises(ClusterError) as raised:
        fetch("4.0.99", tmp_path / "cache")

    assert str(raised.value) == (
        "Maven could not fetch Kafka 4.0.99: Could not find artifact kafka_2.13:jar:4.0.99"
    )
    assert not (tmp_path / "cache").exists()


def test_without_maven_and_jars_the_error_says_what_to_do(tmp_path: Path, programs: Path) -> None:
    with pytest.raises(ClusterError, match=r"Maven is missing: install mvn, or copy the jars"):
        fetch("4.1.0", tmp_path)


def test_the_pom_names_the_version_that_is_fetched_by_default() -> None:
    assert f"<kafka.version>{KAFKA_VERSION}</kafka.version>" in POM.read_text()
