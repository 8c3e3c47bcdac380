"""Dashboards as data, and the JSON that Grafana reads (11 and newer)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["timeseries", "stat", "table", "state-timeline"]

SCHEMA = 39
"""Of Grafana 11.0; newer ones bring a dashboard forward by themselves."""
COLUMNS = 24
"""The width of a dashboard."""
HEIGHTS: dict[Kind, int] = {"stat": 4, "timeseries": 8, "table": 8, "state-timeline": 8}
SOURCE: Json = {"type": "prometheus", "uid": "${datasource}"}

Steps = tuple[tuple[float | None, str], ...]
"""From which value on which colour; the first one has no value."""

PLAIN: Steps = ((None, "green"),)


def above(warn: float, bad: float) -> Steps:
    """Green, yellow from `warn` on, red from `bad` on."""
    return (None, "green"), (warn, "yellow"), (bad, "red")


def red_from(bad: float) -> Steps:
    """Green, red from `bad` on."""
    return (None, "green"), (bad, "red")


def red_below(good: float) -> Steps:
    """Red, green from `good` on."""
    return (None, "red"), (good, "green")


@dataclass(frozen=True)
class Query:
    """A PromQL expression; `legend` names its lines and may hold `{{label}}`."""

    expr: str
    legend: str


@dataclass(frozen=True)
class Panel:
    """One picture. `description` says what is good, what is not, and what then.

    `words` stand for values; a `table` shows the labels named in `columns`, in this order.
    """

    title: str
    description: str
    queries: tuple[Query, ...]
    unit: str = "short"
    width: int = 12
    kind: Kind = "timeseries"
    steps: Steps = PLAIN
    stacked: bool = False
    words: tuple[tuple[float, str], ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Panels under a heading, laid side by side as far as they fit."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Variable:
    """A choice at the top: the values that a label of a metric has."""

    name: str
    title: str
    query: str


@dataclass(frozen=True)
class Dashboard:
    """A page; `uid` is its address for ever."""

    uid: str
    title: str
    description: str
    sections: tuple[Section, ...]
    variables: tuple[Variable, ...] = field(default=())


JOB = Variable("job", "Installation", "label_values(tiebeam_store_up, job)")
"""The processes of one installation are scraped under one job."""


def render(dashboard: Dashboard) -> Json:
    """Return the dashboard as Grafana's JSON."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": ["tiebeam"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "timezone": "browser",
        "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [_data_source(), *map(_variable, (JOB, *dashboard.variables))]},
        "links": [_link_to_the_others()],
        "annotations": {"list": []},
        "panels": list(_laid_out(dashboard.sections)),
    }


def _data_source() -> Json:
    return {
        "name": "datasource",
        "label": "Prometheus",
        "type": "datasource",
        "query": "prometheus",
    }


def _variable(variable: Variable) -> Json:
    return {
        "name": variable.name,
        "label": variable.title,
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": variable.query, "refId": variable.name},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
    }


def _link_to_the_others() -> Json:
    return {
        "title": "Tiebeam",
        "type": "dashboards",
        "tags": ["tiebeam"],
        "asDropdown": True,
        "includeVars": True,
        "keepTime": True,
    }


def _laid_out(sections: Sequence[Section]) -> Iterator[Json]:
    number, y = 0, 0
    for section in sections:
        number += 1
        yield _heading(section.title, number, y)
        x, y, tallest = 0, y + 1, 0
        for panel in section.panels:
            height = HEIGHTS[panel.kind]
            if x + panel.width > COLUMNS:
                x, y, tallest = 0, y + tallest, 0
            number += 1
            place = {"x": x, "y": y, "w": panel.width, "h": height}
            yield {"id": number, "gridPos": place, **_panel(panel)}
            x, tallest = x + panel.width, max(tallest, height)
        y += tallest


def _heading(title: str, number: int, y: int) -> Json:
    place = {"x": 0, "y": y, "w": COLUMNS, "h": 1}
    return {
        "id": number,
        "gridPos": place,
        "type": "row",
        "title": title,
        "collapsed": False,
        "panels": [],
    }


def _panel(panel: Panel) -> Json:
    instant = panel.kind in ("stat", "table")
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": SOURCE,
        "targets": [
            _target(query, chr(ord("A") + index), instant, table=panel.kind == "table")
            for index, query in enumerate(panel.queries)
        ],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _OPTIONS[panel.kind],
        "transformations": list(_only(panel.columns)),
    }


def _target(query: Query, letter: str, instant: bool, *, table: bool) -> Json:
    return {
        "refId": letter,
        "datasource": SOURCE,
        "expr": query.expr,
        "legendFormat": query.legend,
        "instant": instant,
        "range": not instant,
        "format": "table" if table else "time_series",
    }


def _defaults(panel: Panel) -> Json:
    steps = [{"value": value, "color": colour} for value, colour in panel.steps]
    mappings = [
        {"type": "value", "options": {f"{value:g}": {"text": text, "index": index}}}
        for index, (value, text) in enumerate(panel.words)
    ]
    by_step = panel.kind != "timeseries"
    return {
        "unit": panel.unit,
        "min": 0,
        "color": {"mode": "thresholds" if by_step else "palette-classic"},
        "thresholds": {"mode": "absolute", "steps": steps},
        "mappings": mappings,
        "custom": _lines(panel) if panel.kind == "timeseries" else {},
    }


def _lines(panel: Panel) -> Json:
    return {
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": 30 if panel.stacked else 8,
        "showPoints": "auto",
        "spanNulls": False,
        "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "off" if panel.steps == PLAIN else "line"},
    }


def _only(columns: Sequence[str]) -> Iterator[Json]:
    """Leave out of a table what is not named: the time of the question, labels nobody reads."""
    if not columns:
        return
    yield {"id": "filterFieldsByName", "options": {"include": {"names": list(columns)}}}
    order = {name: index for index, name in enumerate(columns)}
    yield {"id": "organize", "options": {"indexByName": order}}


_OPTIONS: dict[Kind, Json] = {
    "timeseries": {
        "legend": {"displayMode": "table", "placement": "right", "calcs": ["lastNotNull", "max"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "background",
        "graphMode": "none",
        "textMode": "auto",
    },
    "table": {"showHeader": True, "cellHeight": "sm"},
    "state-timeline": {
        "mergeValues": True,
        "showValue": "auto",
        "legend": {"displayMode": "list", "placement": "bottom"},
        "tooltip": {"mode": "single"},
    },
}
