"""The first dashboard to open: is all well, what is not, and where it stops."""

from __future__ import annotations

from deploy.observability.grafana import (
    Dashboard,
    Panel,
    Query,
    Section,
    above,
    red_below,
    red_from,
)
from deploy.observability.promql import risen, share

JOB = '{job=~"$job"}'

WELL = Section(
    "Is all well? Green is, red says where to look; the runbook has an entry for each alert",
    (
        Panel(
            "Processes",
            "Processes that answer. Fewer than you run: one is down, or cannot be reached.",
            (Query('count(tiebeam_store_up{job=~"$job"}) or vector(0)', ""),),
            width=4,
            kind="stat",
            steps=red_below(1),
        ),
        Panel(
            "Store",
            "Whether every process reaches the database. Without it nothing moves.",
            (Query('min(tiebeam_store_up{job=~"$job"})', ""),),
            width=4,
            kind="stat",
            steps=red_below(1),
            words=((0, "away"), (1, "up")),
        ),
        Panel(
            "Streams behind",
            "Streams without a look that succeeded for five of their pauses and 15 minutes. "
            "Changes there are seen late. Which: the table on the dashboard Streams.",
            (
                Query(
                    "count(time() - max by (job, connection, stream)"
                    ' (tiebeam_stream_succeeded_timestamp_seconds{job=~"$job"})'
                    " > 5 * max by (job, connection, stream)"
                    ' (tiebeam_stream_every_seconds{job=~"$job"}) + 900) or vector(0)',
                    "",
                ),
            ),
            width=4,
            kind="stat",
            steps=red_from(1),
        ),
        Panel(
            "Oldest event not on Kafka",
            "Age of the oldest row of the outbox. Seconds are normal; minutes say that the relay "
            "or the broker stands.",
            (Query('max(tiebeam_outbox_oldest_seconds{job=~"$job"})', ""),),
            unit="s",
            width=4,
            kind="stat",
            steps=above(60, 600),
        ),
        Panel(
            "Reactions that wait for a person",
            "Blocked: a mapping is missing. Dead: the provider refused it. Neither goes on by "
            "itself, nor does what follows it on the same work order.",
            (
                Query(
                    "sum(max by (job, reaction, state)"
                    ' (tiebeam_reactions{job=~"$job", state=~"blocked|dead"})) or vector(0)',
                    "",
                ),
            ),
            width=4,
            kind="stat",
            steps=above(1, 10),
        ),
        Panel(
            "Providers given up for now",
            "Connections at which no reaction is begun, because the last ones failed there.",
            (
                Query(
                    'sum(max by (job, connection) (tiebeam_breaker_open{job=~"$job"}))'
                    " or vector(0)",
                    "",
                ),
            ),
            width=4,
            kind="stat",
            steps=red_from(1),
        ),
        Panel(
            "Change to effect, slowest 1%",
            "From the provider's own time of a change to the effect elsewhere, over the last hour. "
            "A poll's pause is part of it, and so is all waiting.",
            (
                Query(
                    "histogram_quantile(0.99, sum by (le)"
                    ' (rate(tiebeam_end_to_end_seconds_bucket{job=~"$job"}[1h])))',
                    "",
                ),
            ),
            unit="s",
            width=4,
            kind="stat",
            steps=above(180, 600),
        ),
        Panel(
            "Effects in 24 hours",
            "Charge sheets, work orders, projects and the like that were made.",
            (
                Query(
                    'sum(increase(tiebeam_end_to_end_seconds_count{job=~"$job"}[1d])) or vector(0)',
                    "",
                ),
            ),
            unit="none",
            width=4,
            kind="stat",
        ),
        Panel(
            "Entities held",
            "Too many came into view, or went, at once to be believed. Nothing is told of them "
            "until a person says what they are.",
            (
                Query(
                    "(sum(max by (job, connection, stream)"
                    ' (tiebeam_arrivals_held{job=~"$job"})) or vector(0))'
                    " + (sum(max by (job, connection, stream)"
                    ' (tiebeam_removals_held{job=~"$job"})) or vector(0))',
                    "",
                ),
            ),
            width=4,
            kind="stat",
            steps=above(1, 1000),
        ),
        Panel(
            "Records not readable in 24 hours",
            "Records on our topics that are no events of ours; they lie on the dead-letter topic.",
            (
                Query(
                    f"sum({risen('tiebeam_dead_letters_total', JOB, 'topic', '1d')}) or vector(0)",
                    "",
                ),
            ),
            unit="none",
            width=4,
            kind="stat",
            steps=red_from(1),
        ),
        Panel(
            "Missed per 10,000 in 24 hours",
            "Of 10,000 rows that a slow look compared, those whose change a quicker one should "
            "have shown. They are told, only late.",
            (
                Query(
                    "10000 * "
                    + share(
                        'sum(increase(tiebeam_changes_missed_total{job=~"$job"}[1d]))',
                        'sum(increase(tiebeam_rows_compared_total{job=~"$job"}[1d]))',
                    )
                    + " or vector(0)",
                    "",
                ),
            ),
            width=4,
            kind="stat",
            steps=above(1, 10),
        ),
        Panel(
            "Requests refused for their number",
            "Share of requests in the last hour that were answered with 429.",
            (
                Query(
                    share(
                        'sum(rate(tiebeam_api_calls_total{job=~"$job", status="429"}[1h]))',
                        'sum(rate(tiebeam_api_calls_total{job=~"$job"}[1h]))',
                    ),
                    "",
                ),
            ),
            unit="percentunit",
            width=4,
            kind="stat",
            steps=above(0.01, 0.05),
        ),
    ),
)

FIRING = Section(
    "Alerts that fire now (needs alerts.yaml in Prometheus)",
    (
        Panel(
            "Firing",
            "Empty is good. `page`: now; `ticket`: today. RUNBOOK.md says what each one means.",
            (Query('ALERTS{alertname=~"Tiebeam.*", alertstate="firing", job=~"$job|"}', ""),),
            width=24,
            kind="table",
            columns=("severity", "alertname", "connection", "stream", "reaction", "instance"),
        ),
    ),
)

WAY = Section(
    "From a change to its effect: where does it stop?",
    (
        Panel(
            "Events a minute",
            "Detected at a provider, then published on Kafka, then taken by us for reactions. "
            "Published is more than detected, for outcomes are events too; taken is less, for not "
            "every topic is reacted to. A line that ends while the one before it goes on: there.",
            (
                Query(
                    '60 * sum(rate(tiebeam_events_detected_total{job=~"$job"}[$__rate_interval]))',
                    "1 detected",
                ),
                Query(
                    '60 * sum(rate(tiebeam_events_published_total{job=~"$job"}[$__rate_interval]))',
                    "2 published",
                ),
                Query(
                    '60 * sum(rate(tiebeam_events_received_total{job=~"$job"}[$__rate_interval]))',
                    "3 taken for reactions",
                ),
            ),
            unit="suffix:/min",
        ),
        Panel(
            "Events that wait for Kafka",
            "Rows of the outbox. It empties in seconds; a line that climbs says that the relay or "
            "the broker stands. Nothing is lost while it does.",
            (Query('max by (job) (tiebeam_outbox_rows{job=~"$job"})', "{{job}}"),),
            steps=above(1000, 10000),
        ),
        Panel(
            "From the outbox to Kafka",
            "How long an event waited until the broker had it.",
            (
                Query(
                    "histogram_quantile(0.5, sum by (le)"
                    ' (rate(tiebeam_publish_seconds_bucket{job=~"$job"}[$__rate_interval])))',
                    "half of them",
                ),
                Query(
                    "histogram_quantile(0.99, sum by (le)"
                    ' (rate(tiebeam_publish_seconds_bucket{job=~"$job"}[$__rate_interval])))',
                    "99%",
                ),
            ),
            unit="s",
            steps=above(5, 60),
        ),
        Panel(
            "Reactions that are not done",
            "Pending: its turn comes. Retrying: the provider was away, or an answer was lost and "
            "is looked for. Blocked and dead wait for a person.",
            (
                Query(
                    "sum by (state) (max by (job, reaction, state) (tiebeam_reactions"
                    '{job=~"$job", state=~"pending|running|retrying|blocked|dead"}))',
                    "{{state}}",
                ),
            ),
            stacked=True,
        ),
        Panel(
            "Change to effect",
            "From the provider's own time of a change to the effect elsewhere, by reaction.",
            (
                Query(
                    "histogram_quantile(0.5, sum by (reaction, le)"
                    ' (rate(tiebeam_end_to_end_seconds_bucket{job=~"$job"}[15m])))',
                    "{{reaction}}, half of them",
                ),
                Query(
                    "histogram_quantile(0.99, sum by (reaction, le)"
                    ' (rate(tiebeam_end_to_end_seconds_bucket{job=~"$job"}[15m])))',
                    "{{reaction}}, 99%",
                ),
            ),
            unit="s",
            steps=above(180, 600),
        ),
        Panel(
            "Looks that fail",
            "Looks at a stream that failed, by connection. Single ones are no harm.",
            (
                Query(
                    "60 * sum by (connection)"
                    ' (rate(tiebeam_poll_cycle_failures_total{job=~"$job"}[$__rate_interval]))',
                    "{{connection}}",
                ),
            ),
            unit="suffix:/min",
        ),
    ),
)

PROVIDERS = Section(
    "The providers, as we see them",
    (
        Panel(
            "Requests that fail",
            "Share of requests with an answer of 500 and more, or none at all (unsent, lost, "
            "timeout, broken, aborted).",
            (
                Query(
                    share(
                        "sum by (connection) (rate(tiebeam_api_calls_total"
                        '{job=~"$job", status=~"5..|[a-z]+"}[$__rate_interval]))',
                        "sum by (connection) (rate(tiebeam_api_calls_total"
                        '{job=~"$job"}[$__rate_interval]))',
                    ),
                    "{{connection}}",
                ),
            ),
            unit="percentunit",
            width=8,
            steps=above(0.05, 0.2),
        ),
        Panel(
            "Requests that are refused",
            "401: credentials. 403: the account may not. 404: gone. 429: too many. Others: a "
            "request that the provider does not accept.",
            (
                Query(
                    "60 * sum by (connection, status) (rate(tiebeam_api_calls_total"
                    '{job=~"$job", status=~"4.."}[$__rate_interval]))',
                    "{{connection}} {{status}}",
                ),
            ),
            unit="suffix:/min",
            width=8,
        ),
        Panel(
            "Waiting for a turn within the limits, 90%",
            "How long a request waited before it was sent, because of our own limits or a pause "
            "that the provider asked for. Reactions go first.",
            (
                Query(
                    "histogram_quantile(0.9, sum by (connection, le) (rate("
                    'tiebeam_rate_limit_wait_seconds_bucket{job=~"$job"}[$__rate_interval])))',
                    "{{connection}}",
                ),
            ),
            unit="s",
            width=8,
            steps=above(2, 8),
        ),
    ),
)

DASHBOARD = Dashboard(
    "tiebeam-overview",
    "Tiebeam: overview",
    "Whether changes become events and effects, and if not, where they stop.",
    (WELL, FIRING, WAY, PROVIDERS),
)
