"""The dashboard of detection: what each stream reads, finds, costs and misses."""

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
from deploy.observability.promql import risen, share

HERE = '{job=~"$job", connection=~"$connection", stream=~"$stream"}'
AT_CONNECTION = '{job=~"$job", connection=~"$connection"}'
FIELD = "connection, model, field"
STREAM = "{{connection}} {{stream}}"

LOOKS = Section(
    "Is every stream looked at?",
    (
        Panel(
            "Since the last look that succeeded",
            "Saw teeth as high as the stream's pause are right. A line that climbs is a stream "
            "that fails, or that nobody looks at: `tiebeam streams` says which and why.",
            (
                Query(
                    "time() - max by (connection, stream)"
                    f" (tiebeam_stream_succeeded_timestamp_seconds{HERE} > 0)",
                    STREAM,
                ),
            ),
            unit="s",
        ),
        Panel(
            "Looks that failed in a row",
            "From 5 on the process is not ready. Pauses grow to 5 minutes meanwhile.",
            (
                Query(
                    f"max by (connection, stream) (tiebeam_stream_failures{HERE}) > 0",
                    STREAM,
                ),
            ),
            steps=above(2, 5),
        ),
        Panel(
            "Length of a look, 90%",
            "A look longer than the stream's pause puts the next one off. Full listings take "
            "longest.",
            (
                Query(
                    "histogram_quantile(0.9, sum by (connection, stream, le)"
                    f" (rate(tiebeam_poll_cycle_seconds_bucket{HERE}[15m])))",
                    STREAM,
                ),
            ),
            unit="s",
        ),
        Panel(
            "Requests that the last look took",
            "What a stream costs. Details that are read in rotation make it rise and fall.",
            (Query(f"max by (connection, stream) (tiebeam_stream_calls{HERE})", STREAM),),
        ),
    ),
)

FOUND = Section(
    "What is found?",
    (
        Panel(
            "Rows read a minute",
            "Every row that a provider listed, changed or not.",
            (
                Query(
                    "60 * sum by (connection, stream)"
                    f" (rate(tiebeam_entities_seen_total{HERE}[$__rate_interval]))",
                    STREAM,
                ),
            ),
            unit="suffix:/min",
        ),
        Panel(
            "Entities that changed, a minute",
            "What differed from what was known. A jump of one stream: much was edited at the "
            "provider, or its answers look different (see drift below).",
            (
                Query(
                    "60 * sum by (connection, stream)"
                    f" (rate(tiebeam_entities_changed_total{HERE}[$__rate_interval]))",
                    STREAM,
                ),
            ),
            unit="suffix:/min",
            stacked=True,
        ),
        Panel(
            "Events detected a minute",
            "By type, of all connections. What is held (below) is not among them.",
            (
                Query(
                    "60 * sum by (type)"
                    ' (rate(tiebeam_events_detected_total{job=~"$job"}[$__rate_interval]))',
                    "{{type}}",
                ),
            ),
            unit="suffix:/min",
            stacked=True,
        ),
        Panel(
            "History not told",
            "Transitions older than a stream's baseline, of things that came into view late. "
            "`tiebeam backfill` tells them, if you want them told.",
            (
                Query(
                    "sum by (connection, stream)"
                    f" (increase(tiebeam_history_withheld_total{HERE}[1h]))",
                    STREAM,
                ),
            ),
            unit="none",
        ),
    ),
)

MISSED = Section(
    "Is anything missed, or held back?",
    (
        Panel(
            "Missed per 10,000, over 24 hours",
            "Of 10,000 rows that a slow look compared, those whose change a quicker one should "
            "have shown. They are told, only late. Sweep more often if it stays high.",
            (
                Query(
                    "10000 * "
                    + share(
                        "sum by (connection, stream)"
                        f" (increase(tiebeam_changes_missed_total{HERE}[1d]))",
                        "sum by (connection, stream)"
                        f" (increase(tiebeam_rows_compared_total{HERE}[1d]))",
                    ),
                    STREAM,
                ),
            ),
            steps=above(1, 10),
            width=8,
        ),
        Panel(
            "Arrivals held",
            "Came into view at once though they were there before, too many to be told: most "
            "often the account may see more. `tiebeam streams` says the two ways to go on.",
            (
                Query(
                    f"max by (connection, stream) (tiebeam_arrivals_held{HERE}) > 0",
                    STREAM,
                ),
            ),
            steps=red_from(1),
            width=8,
        ),
        Panel(
            "Removals held",
            "Not listed any more, too many at once to be believed: most often a permission or a "
            "filter is gone. Nothing is told to be gone meanwhile.",
            (
                Query(
                    f"max by (connection, stream) (tiebeam_removals_held{HERE}) > 0",
                    STREAM,
                ),
            ),
            steps=red_from(1),
            width=8,
        ),
    ),
)

WEBHOOKS = Section(
    "Webhooks: hints where to look at once",
    (
        Panel(
            "Deliveries a minute",
            "202: taken. 401: a wrong signature. 503: the store was away, they send it again. "
            "None at all: the subscription is gone (`tiebeam webhooks list`); polls go on.",
            (
                Query(
                    "60 * sum by (connection, status)"
                    ' (rate(tiebeam_webhooks_total{job=~"$job"}[$__rate_interval]))',
                    "{{connection}} {{status}}",
                ),
            ),
            unit="suffix:/min",
            width=6,
        ),
        Panel(
            "Hints not looked at yet",
            "Gone within seconds as a rule. A line that stays up: nobody polls, or the provider "
            "fails.",
            (
                Query(
                    f"max by (connection) (tiebeam_hints_waiting{AT_CONNECTION})",
                    "{{connection}}",
                ),
            ),
            width=6,
            steps=above(100, 1000),
        ),
        Panel(
            "The oldest hint not looked at",
            "Seconds are normal. A line that climbs: nobody polls, the provider fails, or this one "
            "entity cannot be read. After a day it is left to the polls.",
            (
                Query(
                    f"max by (connection) (tiebeam_hints_oldest_seconds{AT_CONNECTION})",
                    "{{connection}}",
                ),
            ),
            unit="s",
            width=6,
            steps=above(60, 1800),
        ),
        Panel(
            "What looking there found",
            "`nothing` is common: several hints tell of one change. `failed` is tried again.",
            (
                Query(
                    "60 * sum by (connection, found)"
                    f" (rate(tiebeam_hints_handled_total{AT_CONNECTION}[$__rate_interval]))",
                    "{{connection}} {{found}}",
                ),
            ),
            unit="suffix:/min",
            width=6,
        ),
    ),
)

DRIFT = Section(
    "Do the providers' answers still look as they did? (`tiebeam status` lists the findings)",
    (
        Panel(
            "Another type, or suddenly empty",
            "Fields that are of another JSON type than ever before, or are now empty, or filled, "
            "most of the time. Look at each: what depends on it may go wrong without an error.",
            (
                Query(
                    risen("tiebeam_type_changes_total", AT_CONNECTION, FIELD, "1d"),
                    "{{connection}} {{model}}.{{field}}: other type",
                ),
                Query(
                    risen("tiebeam_null_rate_changes_total", AT_CONNECTION, FIELD, "1d"),
                    "{{connection}} {{model}}.{{field}}: empty or not",
                ),
            ),
            unit="none",
            width=8,
            steps=red_from(1),
        ),
        Panel(
            "Values that are not documented",
            "An enumeration has a value that our models do not know. It is passed on as it is; "
            "a reaction that decides by it may not know it.",
            (
                Query(
                    risen("tiebeam_unknown_values_total", AT_CONNECTION, FIELD, "1d"),
                    "{{connection}} {{model}}.{{field}}",
                ),
            ),
            unit="none",
            width=8,
        ),
        Panel(
            "Fields that are not known",
            "New fields do no harm and may be worth having.",
            (
                Query(
                    risen("tiebeam_unknown_fields_total", AT_CONNECTION, FIELD, "1d"),
                    "{{connection}} {{model}}.{{field}}",
                ),
            ),
            unit="none",
            width=8,
        ),
    ),
)

DASHBOARD = Dashboard(
    "tiebeam-streams",
    "Tiebeam: streams",
    "What each stream reads, finds, costs and misses.",
    (LOOKS, FOUND, MISSED, WEBHOOKS, DRIFT),
    (
        Variable(
            "connection",
            "Connection",
            'label_values(tiebeam_stream_every_seconds{job=~"$job"}, connection)',
        ),
        Variable(
            "stream",
            "Stream",
            'label_values(tiebeam_stream_every_seconds{job=~"$job", connection=~"$connection"}, '
            "stream)",
        ),
    ),
)
