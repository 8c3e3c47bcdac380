from __future__ import annotations

import copy

import pytest
import yaml

from tests.deploy.kubernetes.manifests import FOLDER, OVERLAYS, faults, of_kind, rendered

OLDEST, NEWEST = "1.31", "1.37"
"""Of Kubernetes: what the manifests are held to."""
CUSTOM = {"small": set[str](), "large": {"ScaledObject", "ServiceMonitor"}}
"""What others add to Kubernetes, with schemas of their own."""


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubernetes_takes_every_object(overlay: str, version: str) -> None:
    unknown = set()
    for manifest in rendered(overlay):
        try:
            assert list(faults(manifest, version)) == []
        except FileNotFoundError:
            unknown.add(manifest["kind"])
    assert unknown == CUSTOM[overlay]


def test_a_key_in_the_wrong_place_would_be_found() -> None:
    broken = copy.deepcopy(of_kind(rendered("small"), "Deployment")["poll"])
    broken["spec"]["template"]["spec"]["readOnlyRootFilesystem"] = True

    (fault,) = faults(broken, NEWEST)

    assert fault.startswith("Deployment poll: $.spec.template.spec: Additional properties")


def test_every_file_is_part_of_something() -> None:
    parts = {FOLDER / "overlays" / name / "kustomization.yaml" for name in OVERLAYS}
    for file in FOLDER.rglob("kustomization.yaml"):
        for entry in _named(yaml.safe_load(file.read_text(encoding="utf-8"))):
            path = (file.parent / entry).resolve()
            assert path.exists(), f"{file}: {entry}"
            parts.add(path / "kustomization.yaml" if path.is_dir() else path)
    assert {file for file in FOLDER.rglob("*.*ml") if file.is_file()} == parts


def _named(kustomization: dict[str, list[dict[str, str] | str]]) -> list[str]:
    generators = kustomization.get("configMapGenerator", [])
    files = [file for one in generators if isinstance(one, dict) for file in one["files"]]
    patches = [
        one["path"]
        for one in kustomization.get("patches", [])
        if isinstance(one, dict) and "path" in one
    ]
    whole = [*kustomization.get("resources", []), *kustomization.get("components", [])]
    return [*files, *patches, *(one for one in whole if isinstance(one, str))]
