from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.deploy.commands import PROGRAMS, is_understood
from tests.deploy.image.dockerfile import DOCKERFILE, only, stages
from tests.paths import ROOT
from workers.settings import HttpSection

BUILDER, FINAL = stages()


def lint(path: Path) -> subprocess.CompletedProcess[str]:
    linter: list[str | Path] = [PROGRAMS / "hadolint", "--failure-threshold", "style", path]
    return subprocess.run(linter, capture_output=True, text=True, check=False)


def test_the_linter_finds_nothing() -> None:
    done = lint(DOCKERFILE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_linter_would_find_something(tmp_path: Path) -> None:
    careless = tmp_path / "Dockerfile"
    careless.write_text("FROM python:latest\nRUN cd /tmp && pip install tiebeam\n")

    done = lint(careless)

    assert done.returncode == 1
    assert {"DL3007", "DL3013", "DL3042"} <= set(re.findall(r"DL\d+", done.stdout))


def test_both_stages_stand_on_the_very_python_that_the_tests_run_on() -> None:
    pinned = re.search(r"^ARG PYTHON=(\S+)$", DOCKERFILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert pinned
    assert re.fullmatch(r"3\.11\.\d+-slim-[a-z]+", pinned[1])
    assert [stage[0].value for stage in (BUILDER, FINAL)] == [
        "python:${PYTHON} AS builder",
        "python:${PYTHON}",
    ]


def test_everything_installed_is_held_to_its_hash_or_was_built_from_what_was() -> None:
    runs = [one.value for one in BUILDER if one.keyword == "RUN"]
    installs = [step for run in runs for step in run.split("&&") if " install " in step]
    assert len(installs) == 3
    for install in installs:
        assert "--require-hashes" in install or "--no-deps --no-index" in install, install


def test_what_runs_is_a_user_without_a_name_and_nothing_installs_packages() -> None:
    user, _, group = only(FINAL, "USER").value.partition(":")
    assert min(int(user), int(group)) > 10_000
    assert f"-o {user} -g {group} /data" in only(FINAL, "RUN").value
    assert "install " not in only(FINAL, "RUN").value.replace("install -d", "")
    assert [one.value for one in FINAL if one.keyword in ("COPY", "ADD")] == [
        "--from=builder /opt/tiebeam /opt/tiebeam"
    ]
    assert [
        one.value for one in BUILDER if "venv" in one.value and "--without-pip" not in one.value
    ] == []


def test_the_image_is_labelled() -> None:
    labels = set(re.findall(r"org\.opencontainers\.image\.(\w+)=", only(FINAL, "LABEL").value))
    assert labels == {"title", "description", "source", "licenses", "version", "revision"}


def test_it_runs_what_the_command_line_knows() -> None:
    assert only(FINAL, "ENTRYPOINT").words() == ["tiebeam"]
    assert is_understood(only(FINAL, "CMD").words())


def test_the_ports_are_those_of_the_product() -> None:
    http = HttpSection()
    assert only(FINAL, "EXPOSE").value == f"{http.ops_port} {http.webhook_port}"


def test_what_the_builder_copies_is_there_and_reaches_it() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    assert ignored[1] == "*"
    for one in BUILDER:
        if one.keyword == "COPY":
            for source in one.value.split()[:-1]:
                assert (ROOT / source).exists()
                assert source.split("/")[0] in let_in, source


class Ops(BaseHTTPRequestHandler):
    """Answers what `status` says, and remembers the path."""

    status = 200
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Ops) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def health(port: int) -> int:
    check = only(FINAL, "HEALTHCHECK").words()
    assert check[0] == "python"
    environ = {**os.environ, "TIEBEAM_HTTP__OPS_PORT": str(port)}
    done = subprocess.run(
        [sys.executable, *check[1:]], env=environ, capture_output=True, check=False
    )
    return done.returncode


def test_the_health_check_tells_a_process_that_lives_from_one_that_does_not(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ops, "asked", [])
    assert health(port) == 0
    assert Ops.asked == ["/health/live"]
    monkeypatch.setattr(Ops, "status", 503)
    assert health(port) == 1


def test_the_health_check_fails_where_nobody_listens() -> None:
    with HTTPServer(("127.0.0.1", 0), Ops) as server:
        port = server.server_port
    assert health(port) == 1
