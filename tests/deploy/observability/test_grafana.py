"""Grafana's own models of a dashboard know every word of ours: what they do not know it ignores."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from grafana_foundation_sdk.cog import encoder, plugins
from grafana_foundation_sdk.models.dashboard import Dashboard as GrafanasDashboard

from deploy.observability.__main__ import DASHBOARDS
from deploy.observability.grafana import Dashboard, Panel, Query, Section, render

Json = dict[str, Any]
plugins.register_default_plugins()


def as_understood(page: Json) -> Any:
    """The page as Grafana would save it again."""
    copy = json.loads(json.dumps(page))  # reading takes the types of panels out of it
    understood = GrafanasDashboard.from_json(copy)
    return json.loads(json.dumps(understood, cls=encoder.JSONEncoder))


def lost(ours: Any, understood: Any, at: str = "") -> Iterator[str]:
    """Where something of ours is gone, or is something else; nothing at all may be left out."""
    if isinstance(ours, dict) and isinstance(understood, dict):
        for name, value in ours.items():
            if name in understood or value not in ({}, [], "", False):
                yield from lost(value, understood.get(name), f"{at}.{name}")
    elif isinstance(ours, list) and isinstance(understood, list) and len(ours) == len(understood):
        for index, pair in enumerate(zip(ours, understood, strict=True)):
            yield from lost(*pair, f"{at}[{index}]")
    elif ours != understood:
        yield at


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one.uid)
def test_grafana_understands_all_of_it(dashboard: Dashboard) -> None:
    page = render(dashboard)

    assert list(lost(page, as_understood(page))) == []


@pytest.mark.parametrize(
    ("kind", "place", "word"),
    [
        ("timeseries", "fieldConfig", "defalts"),
        ("stat", "options", "colourMode"),
        ("table", "options", "cellheight"),
        ("state-timeline", "options", "mergeValue"),
    ],
)
def test_a_word_that_grafana_does_not_know_is_found(kind: Any, place: str, word: str) -> None:
    panel = Panel("title", "description", (Query("tiebeam_store_up", ""),), kind=kind)
    page = render(Dashboard("uid", "title", "description", (Section("section", (panel,)),)))
    page["panels"][1][place] = page["panels"][1][place] | {word: "red"}

    assert list(lost(page, as_understood(page))) == [f".panels[1].{place}.{word}"]
