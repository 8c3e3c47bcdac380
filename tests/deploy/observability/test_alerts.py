"""The alerting rules: each can fire, says what is the matter, and leads to what is to be done."""

from __future__ import annotations

import re

import pytest

from tests.deploy.observability.rules import ALERTS, READER, Rule
from tests.deploy.observability.scenarios import SCENARIOS

RUNBOOK = "https://github.com/tiebeam/tiebeam/blob/main/deploy/observability/RUNBOOK.md#"
each_alert = pytest.mark.parametrize("alert", ALERTS.values(), ids=ALERTS.keys())


def texts(alert: Rule) -> str:
    notes = alert["annotations"]
    return f"{notes['summary']} {notes['description']}"


@each_alert
def test_it_asks_for_series_and_labels_that_there_are(alert: Rule) -> None:
    labels = READER.labels(alert["expr"])
    named = set(re.findall(r"\$labels\.(\w+)", texts(alert)))
    assert named <= labels, f"it has no {sorted(named - labels)}"


@each_alert
def test_installations_that_one_prometheus_reads_are_told_apart(alert: Rule) -> None:
    assert "job" in READER.labels(alert["expr"]) or alert["expr"].startswith("absent(")


@each_alert
def test_it_says_whom_it_is_for_and_what_is_the_matter(alert: Rule) -> None:
    assert alert["alert"].startswith("Tiebeam")
    assert alert["labels"] in ({"severity": "page"}, {"severity": "ticket"})
    assert set(alert["annotations"]) == {"summary", "description", "runbook_url"}
    assert len(alert["annotations"]["summary"]) < 100
    assert alert["annotations"]["description"].endswith(".")


@each_alert
def test_it_leads_to_its_entry_in_the_runbook(alert: Rule) -> None:
    assert alert["annotations"]["runbook_url"] == RUNBOOK + alert["alert"].lower()


def test_each_fires_in_some_scenario_and_not_yet_at_an_earlier_minute_of_it() -> None:
    fire = {
        alert
        for scenario in SCENARIOS
        for minute, alerts in scenario.fires.items()
        for alert in alerts
        if any(alert not in before for at, before in scenario.fires.items() if at < minute)
    }
    assert fire == ALERTS.keys()
