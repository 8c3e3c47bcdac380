"""The Prometheus metrics of every call to a provider."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

api_calls = Counter(
    "tiebeam_api_calls",
    "Requests sent to a provider; status is the HTTP status, or why there was none.",
    ["connection", "operation", "status"],
)
api_call_seconds = Histogram(
    "tiebeam_api_call_seconds",
    "Seconds from sending a request to having its whole answer.",
    ["connection", "operation"],
)
rate_limit_wait_seconds = Histogram(
    "tiebeam_rate_limit_wait_seconds",
    "Seconds that a call waited for its turn within the connection's limits.",
    ["connection", "priority"],
)
rate_limit_pace = Gauge(
    "tiebeam_rate_limit_pace",
    "Requests a second that a connection may start now: fewer after the provider has refused some.",
    ["connection"],
)
rate_limit_pause_seconds = Gauge(
    "tiebeam_rate_limit_pause_seconds",
    "Seconds until the pause ends that the provider asked for.",
    ["connection"],
)
unknown_fields = Counter(
    "tiebeam_unknown_fields",
    "Fields in provider answers that our models do not know.",
    ["connection", "model", "field"],
)
unknown_values = Counter(
    "tiebeam_unknown_values",
    "Values in provider answers outside the documented ones of an enumeration.",
    ["connection", "model", "field"],
)
null_rate_changes = Counter(
    "tiebeam_null_rate_changes",
    "Fields in provider answers that are suddenly empty, or filled, most of the time.",
    ["connection", "model", "field"],
)
type_changes = Counter(
    "tiebeam_type_changes",
    "Fields in provider answers that are of another JSON type than ever before.",
    ["connection", "model", "field"],
)
