"""The reader of PromQL finds what Prometheus would answer with nothing at all."""

from __future__ import annotations

import pytest

from tests.deploy.observability.measured import OTHERS, OURS
from tests.deploy.observability.promql import Mistake, Reader

READER = Reader(OURS | OTHERS)


@pytest.mark.parametrize(
    ("expression", "labels"),
    [
        ("time() - tiebeam_outbox_rows > 3", {"job", "instance"}),
        ("sum(tiebeam_outbox_rows) or vector(0)", set()),
        ('sum by (type) (rate(tiebeam_events_detected_total{job=~"a.*"}[5m]))', {"type"}),
        (
            "histogram_quantile(0.9, sum by (topic, le) (tiebeam_publish_seconds_bucket))",
            {"topic"},
        ),
        ("tiebeam_reactions and on (job) max by (job) (tiebeam_outbox_rows)", None),
    ],
)
def test_the_labels_of_a_result_are_known(expression: str, labels: set[str] | None) -> None:
    expected = {"job", "instance", "reaction", "state"} if labels is None else labels
    assert READER.labels(expression) == expected


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("sum by (job) (tiebeam_outbox_rows", "unclosed left parenthesis"),
        ("tiebeam_outbox_row", "there is no tiebeam_outbox_row"),
        ("tiebeam_api_calls", "there is no tiebeam_api_calls"),
        ('tiebeam_api_calls_total{reaction="a"}', "no label reaction"),
        ("sum by (stream) (tiebeam_outbox_rows)", "no label stream"),
        ("sum by (job) (tiebeam_outbox_rows) / tiebeam_store_up", "never match"),
        ("tiebeam_reactions unless on (topic) tiebeam_outbox_rows", "no label topic"),
        ("histogram_quantile(0.5, rate(tiebeam_publish_seconds_count[5m]))", "no label le"),
        ("sum without (job) (tiebeam_reactions)", "name the labels that stay"),
    ],
)
def test_what_would_stay_blank_is_a_mistake(expression: str, why: str) -> None:
    with pytest.raises(Mistake, match=why):
        READER.labels(expression)
