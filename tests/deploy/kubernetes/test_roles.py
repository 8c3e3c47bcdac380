"""What the manifests run is what the product has, and as it needs it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.commands import is_understood
from tests.deploy.image.dockerfile import only, stages
from tests.deploy.kubernetes.manifests import (
    FOLDER,
    OVERLAYS,
    Manifest,
    container,
    of_kind,
    pods,
    rendered,
)
from tests.paths import ROOT
from workers import ops, settings
from workers.react.executor import DRAIN
from workers.react.intake import GROUP
from workers.run import ROLES
from workers.settings import HttpSection, Settings
from workers.wiring import assemble

ONCE = {"store-upgrade": ["store", "upgrade"], "topics-apply": ["topics", "apply"]}
ALLOWED = 10
"""Requests a second of each provider, as the configuration says."""
STORE = "/run/secrets/tiebeam"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


@pytest.fixture(params=OVERLAYS)
def manifests(request: pytest.FixtureRequest) -> list[Manifest]:
    return rendered(request.param)


def configuration(
    manifests: list[Manifest], place: Path, role: str = "relay"
) -> tuple[Settings, Path]:
    """What the pods of a role read, with secrets of the kind that deploy/DEPLOY.md says to make."""
    (made,) = of_kind(manifests, "ConfigMap").values()
    (place / "url").write_text("postgresql://tiebeam:word@postgres/tiebeam\n")
    path = place / "tiebeam.toml"
    path.write_text(made["data"]["tiebeam.toml"].replace(f"file:{STORE}/", f"file:{place}/"))
    example = (FOLDER / "secrets.env.example").read_text(encoding="utf-8")
    names = [line.partition("=")[0] for line in example.splitlines() if "=" in line]
    given = container(pods(manifests)[role]).get("env", ())
    own = {one["name"]: one["value"] for one in given}
    return settings.load(path, dict.fromkeys(names, "word") | own), path


def test_there_is_a_deployment_for_each_role_and_a_job_for_what_comes_first(
    manifests: list[Manifest],
) -> None:
    found = {name: container(pod)["args"] for name, pod in pods(manifests).items()}
    assert found == {role: ["run", role] for role in ROLES} | ONCE
    assert set(of_kind(manifests, "Job")) == set(ONCE)
    for arguments in found.values():
        assert is_understood(arguments)


def test_all_run_the_image_of_this_version(manifests: list[Manifest]) -> None:
    images = {container(pod)["image"] for pod in pods(manifests).values()}
    assert images == {f"registry.example.com/tiebeam:{VERSION}"}


async def test_the_configuration_fits_together(manifests: list[Manifest], tmp_path: Path) -> None:
    found, path = configuration(manifests, tmp_path)
    async with assemble(found, path) as parts:
        assert parts.store.place == "postgresql://tiebeam:***@postgres/tiebeam"
        assert set(parts.reactions) == {"recharge-paid-invoice"}


def test_the_configuration_is_where_the_image_looks_and_the_store_where_it_says(
    manifests: list[Manifest],
) -> None:
    _, final = stages()
    (environment,) = [one.value for one in final if one.keyword == "ENV"]
    for pod in pods(manifests).values():
        mounts = {one["name"]: one["mountPath"] for one in container(pod)["volumeMounts"]}
        assert f"TIEBEAM_CONFIG={mounts['configuration']}/tiebeam.toml" in environment
        assert mounts["store"] == STORE
        assert {mounts["data"], mounts["tmp"]} == {"/data", "/tmp"}
    assert only(final, "WORKDIR").value == "/data"


def test_pods_are_restricted(manifests: list[Manifest]) -> None:
    _, final = stages()
    user, _, group = only(final, "USER").value.partition(":")
    for pod in pods(manifests).values():
        security = pod["spec"]["securityContext"]
        assert security["runAsNonRoot"] is True
        assert (security["runAsUser"], security["runAsGroup"]) == (int(user), int(group))
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container(pod)["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert pod["spec"]["automountServiceAccountToken"] is False
        assert {"cpu", "memory"} <= set(container(pod)["resources"]["requests"])
        assert "memory" in container(pod)["resources"]["limits"]


async def test_probes_ask_what_there_is_and_webhooks_stay_in_service_without_kafka(
    manifests: list[Manifest], tmp_path: Path
) -> None:
    async with assemble(*configuration(manifests, tmp_path)) as parts:
        paths = {getattr(one, "path", "") for one in ops.app(parts).routes}
    for name in of_kind(manifests, "Deployment"):
        pod = container(pods(manifests)[name])
        probes = [pod[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness")]
        assert probes == ["/health/live", "/health/live"]
        ready = pod["readinessProbe"]["httpGet"]["path"]
        assert ready == ("/health/live" if name == "webhooks" else "/health/ready")
        assert pod["readinessProbe"]["timeoutSeconds"] > ops.PATIENCE
        assert {*probes, ready} <= paths


def test_ports_are_those_of_the_product(manifests: list[Manifest]) -> None:
    http = HttpSection()
    found = {
        one["name"]: one["containerPort"]
        for name in of_kind(manifests, "Deployment")
        for one in container(pods(manifests)[name])["ports"]
    }
    assert found == {"ops": http.ops_port, "webhooks": http.webhook_port}


def test_reactions_in_flight_are_given_the_time_to_end(manifests: list[Manifest]) -> None:
    for name in of_kind(manifests, "Deployment"):
        assert pods(manifests)[name]["spec"]["terminationGracePeriodSeconds"] >= DRAIN + 10


def test_new_processes_need_not_be_ready_before_old_ones_go_but_where_others_call(
    manifests: list[Manifest],
) -> None:
    for name, deployment in of_kind(manifests, "Deployment").items():
        rolling = deployment["spec"]["strategy"]["rollingUpdate"]
        assert rolling == {"maxSurge": 1, "maxUnavailable": 0 if name == "webhooks" else 1}


def test_small_has_one_of_each_and_large_leaves_react_to_keda() -> None:
    def counts(overlay: str) -> dict[str, Any]:
        deployments = of_kind(rendered(overlay), "Deployment")
        return {name: one["spec"].get("replicas") for name, one in deployments.items()}

    assert counts("small") == dict.fromkeys(ROLES, 1)
    large = counts("large")
    assert large.pop("react") is None
    assert min(large.values()) >= 2


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_all_processes_together_ask_no_more_of_a_provider_than_is_allowed(
    overlay: str, tmp_path: Path
) -> None:
    manifests = rendered(overlay)
    scaled = of_kind(manifests, "ScaledObject")
    for connection in ("plentific", "operate"):
        asked = 0.0
        for role in ("poll", "react"):
            found, _ = configuration(manifests, tmp_path, role)
            replicas = of_kind(manifests, "Deployment")[role]["spec"].get("replicas")
            most = replicas or scaled[role]["spec"]["maxReplicaCount"]
            asked += most * found.connections[connection].limits.requests_per_second
        assert asked == ALLOWED


def test_keda_counts_the_lag_of_the_group_that_the_intake_joins(tmp_path: Path) -> None:
    manifests = rendered("large")
    found, _ = configuration(manifests, tmp_path)
    scaled = of_kind(manifests, "ScaledObject")["react"]["spec"]
    assert scaled["scaleTargetRef"]["name"] in of_kind(manifests, "Deployment")
    (trigger,) = scaled["triggers"]
    assert trigger["type"] == "kafka"
    assert trigger["metadata"]["consumerGroup"] == f"{found.kafka.topic_prefix}{GROUP}"
    assert trigger["metadata"]["bootstrapServers"] == found.kafka.bootstrap_servers
    assert 2 <= scaled["minReplicaCount"] < scaled["maxReplicaCount"] <= found.kafka.partitions
    assert scaled["fallback"]["replicas"] >= scaled["minReplicaCount"]


def test_what_keda_is_told_is_text_as_it_wants_it() -> None:
    (trigger,) = of_kind(rendered("large"), "ScaledObject")["react"]["spec"]["triggers"]
    assert all(isinstance(value, str) for value in trigger["metadata"].values())
    assert yaml.safe_load(trigger["metadata"]["lagThreshold"]) > 0
