"""The dashboard of the providers: what is asked of them, how they answer, and our budget there."""

from __future__ import annotations

from deploy.observability.grafana import (
    Dashboard,
    Panel,
    Query,
    Section,
    Variable,
    above,
    red_from,
)
from deploy.observability.promql import share

HERE = '{job=~"$job", connection=~"$connection"}'


def calls(status: str, by: str) -> str:
    """Requests a second whose status is such, by these labels."""
    chosen = f'{{job=~"$job", connection=~"$connection", status=~"{status}"}}'
    return f"sum by ({by}) (rate(tiebeam_api_calls_total{chosen}[$__rate_interval]))"


ANSWERS = Section(
    "Do they answer?",
    (
        Panel(
            "Requests by answer",
            "Numbers are HTTP statuses. Words say why there is none: unsent (no connection, so "
            "certainly without effect), lost, timeout, broken (may have happened; it is looked "
            "for), aborted (we gave up).",
            (Query(calls(".*", "connection, status"), "{{connection}} {{status}}"),),
            unit="reqps",
            stacked=True,
        ),
        Panel(
            "Share that fails",
            "500 and more, or no answer. Reactions at a connection pause after five in a row.",
            (
                Query(
                    share(calls("5..|[a-z]+", "connection"), calls(".*", "connection")),
                    "{{connection}}",
                ),
            ),
            unit="percentunit",
            steps=above(0.05, 0.2),
        ),
        Panel(
            "Refused, a minute",
            "401: credentials, or a token that just ended. 403: the account may not. 429: too "
            "many. 400, 409, 422: it does not accept what we send, see dead reactions.",
            (
                Query(
                    f"60 * {calls('4..', 'connection, operation, status')}",
                    "{{connection}} {{operation}} {{status}}",
                ),
            ),
            unit="suffix:/min",
        ),
        Panel(
            "Given up for now",
            "While a breaker is open no reaction is begun at that connection, but one now and "
            "then to see whether it is back.",
            (Query(f"max by (connection) (tiebeam_breaker_open{HERE})", "{{connection}}"),),
            kind="state-timeline",
            steps=red_from(1),
            words=((0, "works"), (1, "given up")),
        ),
    ),
)

SPEED = Section(
    "How fast?",
    (
        Panel(
            "Time to a whole answer, 90%",
            "By operation. 10 s stands for 10 s and more.",
            (
                Query(
                    "histogram_quantile(0.9, sum by (connection, operation, le)"
                    f" (rate(tiebeam_api_call_seconds_bucket{HERE}[$__rate_interval])))",
                    "{{connection}} {{operation}}",
                ),
            ),
            unit="s",
            steps=above(2, 8),
        ),
        Panel(
            "Requests by operation",
            "What we ask for, by what it is.",
            (Query(calls(".*", "connection, operation"), "{{connection}} {{operation}}"),),
            unit="reqps",
            stacked=True,
        ),
    ),
)

BUDGET = Section(
    "Our budget: requests that we may send",
    (
        Panel(
            "Used, beside what is allowed",
            "`allowed` is what one process may start a second now: as configured, or less after "
            "the provider has refused some with 429. Used up for long: streams get late.",
            (
                Query(calls(".*", "connection"), "{{connection}} used"),
                Query(
                    f"min by (connection) (tiebeam_rate_limit_pace{HERE})",
                    "{{connection}} allowed",
                ),
            ),
            unit="reqps",
        ),
        Panel(
            "Used by priority",
            "Reactions first, then hints of webhooks, changed and live things, full listings, "
            "backfills.",
            (
                Query(
                    "sum by (connection, priority)"
                    f" (rate(tiebeam_rate_limit_wait_seconds_count{HERE}[$__rate_interval]))",
                    "{{connection}} {{priority}}",
                ),
            ),
            unit="reqps",
            stacked=True,
        ),
        Panel(
            "Waiting for a turn, 90%",
            "By priority; 10 s stands for 10 s and more. Sweeps may wait; reactions and hints "
            "should not.",
            (
                Query(
                    "histogram_quantile(0.9, sum by (connection, priority, le)"
                    f" (rate(tiebeam_rate_limit_wait_seconds_bucket{HERE}[$__rate_interval])))",
                    "{{connection}} {{priority}}",
                ),
            ),
            unit="s",
            steps=above(2, 8),
        ),
        Panel(
            "Pause that the provider asked for",
            "Seconds until it ends (Retry-After). Nothing is sent there meanwhile.",
            (
                Query(
                    f"max by (connection) (tiebeam_rate_limit_pause_seconds{HERE})",
                    "{{connection}}",
                ),
            ),
            unit="s",
            steps=above(60, 600),
        ),
    ),
)

DASHBOARD = Dashboard(
    "tiebeam-providers",
    "Tiebeam: providers",
    "What is asked of the providers, how they answer, and what we may still ask.",
    (ANSWERS, SPEED, BUDGET),
    (
        Variable(
            "connection",
            "Connection",
            'label_values(tiebeam_rate_limit_pace{job=~"$job"}, connection)',
        ),
    ),
)
