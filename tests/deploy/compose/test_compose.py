from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.sandbox import running_sandbox
from tests.deploy.commands import is_understood
from tests.deploy.compose.project import Project, config, set_up
from tests.paths import ROOT
from workers import settings
from workers.react.executor import DRAIN
from workers.run import ROLES
from workers.setting_values import parse_duration
from workers.settings import HttpSection, Settings
from workers.wiring import assemble

ONCE = ("store-upgrade", "topics-apply")
WITHOUT_CHECK = ("collector", "jaeger")
"""Their images hold one program each, so nothing in them could look."""


def configuration(project: Project) -> tuple[Settings, Path]:
    service = project.services["poll"]
    (mount,) = service["volumes"]
    assert mount["target"] == "/etc/tiebeam/tiebeam.toml"
    path = Path(mount["source"])
    return settings.load(path, service["environment"]), path


def test_compose_refuses_what_its_schema_does_not_know(tmp_path: Path) -> None:
    folder = set_up(tmp_path)
    file = folder / "compose.yaml"
    file.write_text(file.read_text().replace("shm_size: ", "shared_memory: "))

    done = config(folder)

    assert done.returncode != 0
    assert "services.postgres.shared_memory" in done.stderr


def test_compose_says_which_secret_is_missing(tmp_path: Path) -> None:
    folder = set_up(tmp_path)
    (folder / ".env").write_text("GRAFANA_PASSWORD=change-me\n")

    done = config(folder)

    assert "required variable POSTGRES_PASSWORD is missing a value" in done.stderr
    assert done.returncode != 0


def test_every_image_is_pinned_to_a_version(project: Project) -> None:
    for name, service in project.services.items():
        _, _, tag = service["image"].partition(":")
        assert re.match(r"v?\d+\.\d+", tag), f"{name}: {service['image']}"


def test_every_file_that_is_mounted_is_there(project: Project) -> None:
    mounts = [one for service in project.services.values() for one in service.get("volumes", ())]
    files = [Path(one["source"]) for one in mounts if one["type"] == "bind"]
    assert len(files) >= 8
    assert [file for file in files if not file.exists()] == []
    assert all(one["read_only"] for one in mounts if one["type"] == "bind")


def test_every_role_runs_after_the_store_and_the_topics_are_there(project: Project) -> None:
    assert [project.services[role]["command"] for role in ROLES] == [["run", one] for one in ROLES]
    for role in ROLES:
        needs = project.services[role]["depends_on"]
        for name in ONCE:
            assert needs[name]["condition"] == "service_completed_successfully"


def test_every_command_is_understood(project: Project) -> None:
    for name in (*ROLES, *ONCE):
        assert is_understood(project.services[name]["command"]), name


def test_our_processes_can_neither_write_nor_rise(project: Project) -> None:
    assert set(project.ours) == {*ROLES, *ONCE, "sandbox"}
    for name, service in project.ours.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "user" not in service, name


def test_only_what_needs_secrets_is_given_them(project: Project) -> None:
    secrets = set(project.services["poll"]["environment"])
    assert {"STORE_URL", "PLANISO_API_KEY"} <= secrets
    others = {name: one for name, one in project.services.items() if name not in (*ROLES, *ONCE)}
    for name, service in others.items():
        known = secrets & set(service.get("environment") or ())
        assert known <= ({"POSTGRES_PASSWORD"} if name == "postgres" else set()), name


def test_reactions_in_flight_are_given_the_time_to_end(project: Project) -> None:
    for role in ROLES:
        given: timedelta = parse_duration(project.services[role]["stop_grace_period"])
        assert given.total_seconds() >= DRAIN + 10


def test_every_lasting_service_is_looked_at(project: Project) -> None:
    for name, service in project.services.items():
        if name in ONCE:
            assert service["healthcheck"] == {"disable": True}
        elif name in ROLES:
            assert "healthcheck" not in service, "the image brings it"
        else:
            assert ("healthcheck" in service) != (name in WITHOUT_CHECK), name


def test_nothing_is_open_to_other_machines(project: Project) -> None:
    ports = [one for service in project.services.values() for one in service.get("ports", ())]
    assert {one["host_ip"] for one in ports} == {"127.0.0.1"}


def test_a_role_of_which_there_may_be_many_takes_no_port_of_the_machine(project: Project) -> None:
    for role in ("poll", "relay", "react"):
        assert "ports" not in project.services[role]


async def test_the_configuration_fits_together(project: Project) -> None:
    found, path = configuration(project)
    async with assemble(found, path) as parts:
        assert {source.stream.provider for source in parts.sources} == set(settings.PROVIDERS)
        assert parts.store.place == "postgresql://tiebeam:***@postgres:5432/tiebeam"


def test_the_configuration_names_the_services_as_they_are(project: Project) -> None:
    found, _ = configuration(project)
    kafka = project.services["kafka"]["environment"]
    assert f"//{found.kafka.bootstrap_servers}," in kafka["KAFKA_ADVERTISED_LISTENERS"]
    postgres = project.services["postgres"]["environment"]
    store = urlsplit(found.store.url.get_secret_value())
    assert (store.hostname, store.username, store.password, store.path) == (
        *("postgres", postgres["POSTGRES_USER"], postgres["POSTGRES_PASSWORD"]),
        f"/{postgres['POSTGRES_DB']}",
    )
    receiver = project.yaml("collector.yaml")["receivers"]["otlp"]["protocols"]["http"]["endpoint"]
    assert found.telemetry.otlp_endpoint == f"http://collector:{receiver.rpartition(':')[2]}"


async def test_the_configuration_names_the_simulated_providers_as_they_are(
    project: Project,
) -> None:
    found, _ = configuration(project)
    command = project.services["sandbox"]["command"]
    address = f"http://sandbox:{command[command.index('--port') + 1]}"
    async with running_sandbox() as sandbox:
        urls = {
            "plentific": sandbox.plentific_url,
            "essensys": sandbox.essensys_url,
            "facilitee": sandbox.facilitee_url,
            "planiso": sandbox.planiso_url,
        }
        expected = {name: url.replace(sandbox.url, address) for name, url in urls.items()}
    assert {one.provider: one.base_url for one in found.connections.values()} == expected


def test_prometheus_asks_every_role_at_its_port_and_knows_the_alerts(project: Project) -> None:
    found = project.yaml("prometheus.yml")
    (job,) = found["scrape_configs"]
    (names,) = job["dns_sd_configs"]
    assert (job["job_name"], names["names"]) == ("tiebeam", list(ROLES))
    assert names["port"] == HttpSection().ops_port
    mounted = {one["target"] for one in project.services["prometheus"]["volumes"]}
    assert set(found["rule_files"]) <= mounted


def test_the_collector_is_made_of_what_it_declares(project: Project) -> None:
    found = project.yaml("collector.yaml")
    used: dict[str, set[str]] = {"receivers": set(), "processors": set(), "exporters": set()}
    for pipeline in found["service"]["pipelines"].values():
        for kind, names in pipeline.items():
            used[kind] |= set(names)
    assert used == {kind: set(found[kind]) for kind in used}
    assert found["exporters"]["otlp/jaeger"]["endpoint"].partition(":")[0] in project.services


def test_grafana_finds_its_sources_and_its_dashboards(project: Project) -> None:
    sources = project.yaml("grafana/datasources.yaml")["datasources"]
    assert {one["type"] for one in sources} == {"prometheus", "jaeger"}
    assert {urlsplit(one["url"]).hostname for one in sources} <= set(project.services)
    (provider,) = project.yaml("grafana/dashboards.yaml")["providers"]
    mounts = {one["target"]: one["source"] for one in project.services["grafana"]["volumes"]}
    assert list(Path(mounts[provider["options"]["path"]]).glob("*.json"))


async def test_the_simulated_providers_are_looked_at_by_what_they_answer(project: Project) -> None:
    kind, program, option, script = project.services["sandbox"]["healthcheck"]["test"]
    assert (kind, program, option) == ("CMD", "python", "-c")

    async def look(port: int) -> int:
        command = [sys.executable, "-c", script.replace("8090", str(port))]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
        return done.returncode

    async with running_sandbox() as sandbox:
        assert await look(sandbox.port) == 0
    assert await look(sandbox.port) == 1


@pytest.mark.parametrize("file", ["compose/.env", "kubernetes/secrets.env"])
def test_a_file_of_secrets_is_neither_committed_nor_sent_to_the_builder(file: str) -> None:
    command = ["git", "check-ignore", "--quiet", f"deploy/{file}"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    assert f"deploy/{file.partition('/')[0]}" in (ROOT / ".dockerignore").read_text().splitlines()
