"""The documented examples of essensys, where they are at hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.adapters.contract.catalogue import document
from tests.paths import SHARED

EXAMPLES = SHARED / "providers" / "examples" / "essensys"

needs_documents = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason=f"the providers' documents are not in {SHARED}"
)


def example(name: str) -> Any:
    """An example as parsed JSON, `chargesheet.get` for instance."""
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def names(kind: str) -> list[str]:
    """The resources with an example of this kind (`get`, `put_full` …)."""
    return sorted(path.name.split(".")[0] for path in EXAMPLES.glob(f"*.{kind}.json"))


def catalogue() -> dict[str, dict[str, Any]]:
    """The catalogue's resources by id."""
    return {resource["id"]: resource for resource in document("essensys")["resources"]}
