"""What an object names is there: else it would wait for ever, and say so only in the cluster."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.deploy.kubernetes.manifests import (
    FOLDER,
    OVERLAYS,
    Manifest,
    container,
    of_kind,
    pods,
    rendered,
    selects,
)

SECRETS = {"tiebeam-providers", "tiebeam-store"}
"""What deploy/DEPLOY.md says to make."""


@pytest.fixture(params=OVERLAYS)
def manifests(request: pytest.FixtureRequest) -> list[Manifest]:
    return rendered(request.param)


def ports(template: Manifest) -> set[str]:
    return {one["name"] for one in container(template).get("ports", ())}


def test_everything_is_in_one_namespace_that_is_made(manifests: list[Manifest]) -> None:
    assert set(of_kind(manifests, "Namespace")) == {"tiebeam"}
    others = [one for one in manifests if one["kind"] != "Namespace"]
    assert {one["metadata"].get("namespace") for one in others} == {"tiebeam"}


def test_pods_read_the_configuration_and_the_secrets_that_there_are(
    manifests: list[Manifest],
) -> None:
    secrets: set[str] = set()
    for template in pods(manifests).values():
        volumes = {one["name"]: one for one in template["spec"]["volumes"]}
        assert set(volumes) == {one["name"] for one in container(template)["volumeMounts"]}
        assert volumes["configuration"]["configMap"]["name"] in of_kind(manifests, "ConfigMap")
        secrets.add(volumes["store"]["secret"]["secretName"])
        secrets |= {one["secretRef"]["name"] for one in container(template)["envFrom"]}
        assert template["spec"]["serviceAccountName"] in of_kind(manifests, "ServiceAccount")
    assert secrets == SECRETS
    page = (FOLDER.parent / "DEPLOY.md").read_text(encoding="utf-8")
    assert set(re.findall(r"create secret generic (\S+)", page)) == SECRETS


def test_probes_ask_ports_that_there_are(manifests: list[Manifest]) -> None:
    for name in of_kind(manifests, "Deployment"):
        template = pods(manifests)[name]
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert container(template)[probe]["httpGet"]["port"] in ports(template)


def test_services_lead_to_ports_that_there_are(manifests: list[Manifest]) -> None:
    deployments = of_kind(manifests, "Deployment")
    reached: dict[str, set[str]] = {}
    for name, service in of_kind(manifests, "Service").items():
        chosen = [
            one for one in deployments if selects(service["spec"]["selector"], pods(manifests)[one])
        ]
        for port in service["spec"]["ports"]:
            assert all(port["targetPort"] in ports(pods(manifests)[one]) for one in chosen)
        reached[name] = set(chosen)
    assert reached == {"webhooks": {"webhooks"}, "ops": set(deployments)}


def test_every_role_has_its_own_disruption_budget(manifests: list[Manifest]) -> None:
    for name, budget in of_kind(manifests, "PodDisruptionBudget").items():
        selector = budget["spec"]["selector"]["matchLabels"]
        assert [one for one, pod in pods(manifests).items() if selects(selector, pod)] == [name]
    assert set(of_kind(manifests, "PodDisruptionBudget")) == set(of_kind(manifests, "Deployment"))


def test_deployments_select_their_own_pods_and_no_others(manifests: list[Manifest]) -> None:
    for name, deployment in of_kind(manifests, "Deployment").items():
        selector = deployment["spec"]["selector"]["matchLabels"]
        assert [one for one, pod in pods(manifests).items() if selects(selector, pod)] == [name]


def test_what_no_policy_names_stays_out(manifests: list[Manifest]) -> None:
    policies = of_kind(manifests, "NetworkPolicy")
    closed = policies.pop("default-deny")["spec"]
    assert closed == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    open_ports: dict[str, set[Any]] = {}
    for name, policy in policies.items():
        spec = policy["spec"]
        chosen = [
            one
            for one in pods(manifests).values()
            if selects(spec["podSelector"]["matchLabels"], one)
        ]
        assert chosen, name
        rules = [*spec.get("ingress", ()), *spec.get("egress", ())]
        assert all(rule.get("from") or rule.get("to") for rule in rules), name
        open_ports[name] = {port["port"] for rule in rules for port in rule["ports"]}
    assert open_ports == {
        "webhooks-from-ingress": {"webhooks"},
        "ops-from-monitoring": {"ops"},
        "names": {53},
        "outward": {443, 4318, 5432, 9092},
    }


def test_prometheus_finds_the_service_of_every_process() -> None:
    manifests = rendered("large")
    monitor = of_kind(manifests, "ServiceMonitor")["tiebeam"]["spec"]
    wanted = monitor["selector"]["matchLabels"]
    (service,) = [
        one
        for one in of_kind(manifests, "Service").values()
        if wanted.items() <= one["metadata"].get("labels", {}).items()
    ]
    assert service["metadata"]["name"] == "ops"
    assert service["metadata"]["labels"][monitor["jobLabel"]] == "tiebeam"
    assert [one["port"] for one in monitor["endpoints"]] == [
        one["name"] for one in service["spec"]["ports"]
    ]
