"""The alerting rules as they stand in the file, and the series that they record."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from tests.deploy.observability.measured import OTHERS, OURS
from tests.deploy.observability.promql import Reader
from tests.paths import ROOT

FOLDER: Final = ROOT / "deploy" / "observability"
FILE: Final[Path] = FOLDER / "alerts.yaml"
Rule = dict[str, Any]


def _rules(kind: str) -> list[Rule]:
    groups = yaml.safe_load(FILE.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"] if kind in rule]


ALERTS: Final = {rule["alert"]: rule for rule in _rules("alert")}
RECORDED: Final = {rule["record"]: rule["expr"] for rule in _rules("record")}


def _reader() -> Reader:
    reader = Reader(OURS | OTHERS)
    for name, expression in RECORDED.items():  # one may be made of those above it
        reader = Reader({**reader.series, name: reader.labels(expression)})
    return reader


READER: Final = _reader()
