"""The dashboards: what Grafana reads is right, and each panel can show something and says what."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.observability.__main__ import DASHBOARDS, FOLDER, file_of, written
from deploy.observability.grafana import COLUMNS
from tests.deploy.observability.measured import OTHERS, OURS
from tests.deploy.observability.promql import Reader, without_variables

Json = dict[str, Any]
LABELS_OF_ALERTS = {"severity", "connection", "stream", "reaction"}
"""Labels that our alerts give to ALERTS."""
READER = Reader(OURS | OTHERS | {"ALERTS": OTHERS["ALERTS"] | LABELS_OF_ALERTS})
BUILT_IN = {"__rate_interval": "5m"}
PAGES: dict[str, Json] = {path.name: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())


def panels(page: Json) -> list[Json]:
    return [one for one in page["panels"] if one["type"] != "row"]


def variables(page: Json) -> list[Json]:
    found: list[Json] = page["templating"]["list"]
    return found


def queries(page: Json) -> Iterator[tuple[str, Json]]:
    values = BUILT_IN | {one["name"]: ".*" for one in variables(page)}
    for panel in panels(page):
        for target in panel["targets"]:
            yield without_variables(target["expr"], values), target


def data_sources(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        yield from (value for name, value in node.items() if name == "datasource")
        node = list(node.values())
    if isinstance(node, list):
        yield from itertools.chain.from_iterable(map(data_sources, node))


def test_the_files_are_what_the_data_says() -> None:
    assert {file_of(one).name: written(one) for one in DASHBOARDS} == {
        path.name: path.read_text() for path in FOLDER.iterdir()
    }, "run: python -m deploy.observability"


def test_every_address_is_its_own_and_fits_grafana() -> None:
    addresses = [page["uid"] for page in PAGES.values()]
    assert len(set(addresses)) == len(addresses)
    assert all(re.fullmatch(r"[a-z-]{1,40}", one) for one in addresses)


@each_page
def test_every_query_asks_for_series_and_labels_that_there_are(page: Json) -> None:
    for expression, target in queries(page):
        labels = READER.labels(expression)
        named = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
        assert named <= labels, f"{target['expr']} has no {sorted(named - labels)}"


@each_page
def test_lines_of_a_query_can_be_told_apart_by_their_legend(page: Json) -> None:
    for expression, target in queries(page):
        if target["format"] == "time_series":
            named = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
            assert READER.labels(expression) <= named | {"job"}, target["expr"]


@each_page
def test_no_variable_is_left_open_and_none_is_for_nothing(page: Json) -> None:
    text = json.dumps(page)
    names = {one["name"] for one in variables(page)}
    used = set(re.findall(r"\$\{?(\w+)", text)) - BUILT_IN.keys()
    assert used - {"__all"} == names


@each_page
def test_what_a_variable_may_be_comes_from_a_label_that_there_is(page: Json) -> None:
    values = {one["name"]: ".*" for one in variables(page)}
    for one in variables(page):
        if one["type"] == "query":
            asked = without_variables(one["query"]["query"], values)
            found = re.fullmatch(r"label_values\((.+), (\w+)\)", asked)
            assert found is not None, asked
            assert found[2] in READER.labels(found[1])


@each_page
def test_the_data_source_is_chosen_by_who_looks(page: Json) -> None:
    assert variables(page)[0]["type"] == "datasource"
    found = list(data_sources(page))
    assert len(found) > len(panels(page))
    assert all(one == {"type": "prometheus", "uid": "${datasource}"} for one in found)


@each_page
def test_panels_have_numbers_of_their_own_and_do_not_overlap(page: Json) -> None:
    numbers = [one["id"] for one in page["panels"]]
    assert len(set(numbers)) == len(numbers)
    taken: set[tuple[int, int]] = set()
    for panel in page["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= COLUMNS, panel["title"]
        cells = set(
            itertools.product(range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"]))
        )
        assert not cells & taken, panel["title"]
        taken |= cells


@each_page
def test_every_panel_says_what_it_shows_in_which_unit(page: Json) -> None:
    titles = [panel["title"] for panel in panels(page)]
    assert len(set(titles)) == len(titles)
    for panel in panels(page):
        assert panel["title"]
        assert len(panel["description"]) > 30, panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["targets"], panel["title"]


@each_page
def test_thresholds_begin_anywhere_and_rise(page: Json) -> None:
    for panel in panels(page):
        values = [one["value"] for one in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]
        assert values[0] is None, panel["title"]
        assert values[1:] == sorted(values[1:]), panel["title"]


@each_page
def test_letters_of_a_panels_queries_are_its_own(page: Json) -> None:
    for panel in panels(page):
        letters = [one["refId"] for one in panel["targets"]]
        assert len(set(letters)) == len(letters), panel["title"]
