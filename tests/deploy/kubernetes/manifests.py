"""The overlays as kustomize renders them, and what Kubernetes' own schemas say to an object."""

from __future__ import annotations

import functools
import json
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.deploy.commands import PROGRAMS
from tests.paths import ROOT

FOLDER: Final = ROOT / "deploy" / "kubernetes"
OVERLAYS: Final = ("small", "large")

Manifest = dict[str, Any]


@functools.cache
def rendered(overlay: str) -> list[Manifest]:
    """Every object of an overlay; all tests share them."""
    command: list[str | Path] = [PROGRAMS / "kubectl", "kustomize", FOLDER / "overlays" / overlay]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return list(yaml.safe_load_all(done.stdout))


def of_kind(manifests: list[Manifest], *kinds: str) -> dict[str, Manifest]:
    """The objects of these kinds, by name."""
    return {one["metadata"]["name"]: one for one in manifests if one["kind"] in kinds}


def pods(manifests: list[Manifest]) -> dict[str, Manifest]:
    """The pod templates, by the name of what makes pods of them."""
    made_by = of_kind(manifests, "Deployment", "Job")
    return {name: one["spec"]["template"] for name, one in made_by.items()}


def container(template: Manifest) -> Manifest:
    """The one container of a pod template."""
    assert "initContainers" not in template["spec"]
    (only,) = template["spec"]["containers"]
    found: Manifest = only
    return found


def selects(selector: dict[str, Any], template: Manifest) -> bool:
    """Whether labels that are asked for are those of a pod."""
    labels: dict[str, Any] = template["metadata"]["labels"]
    return selector.items() <= labels.items()


@functools.cache
def _schemas(version: str) -> tuple[Any, Registry[Any]]:
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{version}.0-local-strict"
    definitions = json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))
    resource: Resource[Any] = Resource.from_contents(definitions)
    registry: Registry[Any] = resource @ Registry()
    return folder, registry


def faults(manifest: Manifest, version: str) -> Iterator[str]:
    """What a Kubernetes has against an object; FileNotFoundError where it knows no such kind."""
    folder, registry = _schemas(version)
    group, _, release = manifest["apiVersion"].rpartition("/")
    name = "-".join(
        part for part in (manifest["kind"].lower(), group.split(".")[0], release) if part
    )
    schema = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    for error in Draft202012Validator(schema, registry=registry).iter_errors(manifest):
        where = f"{manifest['kind']} {manifest['metadata']['name']}: {error.json_path}"
        yield f"{where}: {error.message}"
