"""Prometheus' own word on the rules: it reads them, and they fire when they should, only then."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.observability.promtool import NoPromtool, promtool
from tests.deploy.observability.rules import FILE, FOLDER
from tests.deploy.observability.scenarios import HERE, SCENARIOS, Scenario

pytestmark = pytest.mark.slow

MEASURED = {f"tiebeam_store_up{{{HERE}}}": "1x2000"}
FIRING = 'count by (alertname) (ALERTS{alertstate="firing"})'


@pytest.fixture(scope="module")
def tool() -> str:
    """The path of promtool; where none can be had the tests are skipped."""
    try:
        return promtool()
    except NoPromtool as error:
        pytest.skip(f"needs promtool: {error}")


def said(tool: str, *arguments: str) -> tuple[int, str]:
    done = subprocess.run([tool, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def as_test(scenario: Scenario) -> dict[str, Any]:
    """The scenario in promtool's words."""
    series = (MEASURED if scenario.measured else {}) | dict(scenario.series)
    return {
        "name": scenario.name,
        "interval": f"{scenario.step}m",
        "input_series": [{"series": one, "values": values} for one, values in series.items()],
        "promql_expr_test": [
            {
                "expr": FIRING,
                "eval_time": f"{minute}m",
                "exp_samples": [
                    {"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in sorted(alerts)
                ],
            }
            for minute, alerts in scenario.fires.items()
        ],
    }


def test_prometheus_takes_the_rules_and_the_example_configuration(tool: str) -> None:
    code, told = said(tool, "check", "config", str(FOLDER / "prometheus.yml"))
    assert code == 0, told
    code, told = said(tool, "check", "rules", "--lint=all", "--lint-fatal", str(FILE))
    assert code == 0, told


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_exactly_these_alerts_fire_when(scenario: Scenario, tool: str, tmp_path: Path) -> None:
    written = {
        "rule_files": [str(FILE)],
        "evaluation_interval": f"{scenario.step}m",
        "tests": [as_test(scenario)],
    }
    file = tmp_path / "scenario.yaml"
    file.write_text(json.dumps(written))  # JSON is YAML

    code, told = said(tool, "test", "rules", str(file))

    assert code == 0, told
