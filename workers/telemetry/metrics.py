"""Metrics: what a dashboard needs to know of streams, outbox and reactions (`tiebeam_…`)."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)

ENTITIES_SEEN = Counter("tiebeam_entities_seen", "Rows read", ["connection", "stream"])
ENTITIES_CHANGED = Counter(
    "tiebeam_entities_changed",
    "Entities that differed from what was known",
    ["connection", "stream"],
)
EVENTS_DETECTED = Counter("tiebeam_events_detected", "Events written to the outbox", ["type"])
HISTORY_WITHHELD = Counter(
    "tiebeam_history_withheld",
    "Transitions older than the stream's baseline, not published",
    ["connection", "stream"],
)
CHANGES_MISSED = Counter(
    "tiebeam_changes_missed",
    "Changes that only a slow look found, though a quicker one should have",
    ["connection", "stream"],
)
ROWS_COMPARED = Counter(
    "tiebeam_rows_compared",
    "Rows read by a slow look in which a quicker one should have left nothing new",
    ["connection", "stream"],
)
REMOVALS_HELD = Gauge(
    "tiebeam_removals_held",
    "Entities that a list does not show any more, too many at once to be believed",
    ["connection", "stream"],
)
ARRIVALS_HELD = Gauge(
    "tiebeam_arrivals_held",
    "Entities that came into view though they were there before, too many at once to be told",
    ["connection", "stream"],
)
CYCLE_SECONDS = Histogram(
    "tiebeam_poll_cycle_seconds", "One look at a stream", ["connection", "stream"], buckets=_SECONDS
)
CYCLE_FAILURES = Counter(
    "tiebeam_poll_cycle_failures", "Looks at a stream that failed", ["connection", "stream"]
)
STREAM_SUCCEEDED = Gauge(
    "tiebeam_stream_succeeded_timestamp_seconds",
    "Start of the last look that succeeded, in Unix time; 0: none has yet",
    ["connection", "stream"],
)
STREAM_EVERY = Gauge(
    "tiebeam_stream_every_seconds",
    "Pause between two looks as configured",
    ["connection", "stream"],
)
STREAM_FAILURES = Gauge(
    "tiebeam_stream_failures", "Looks that failed since one succeeded", ["connection", "stream"]
)
STREAM_CALLS = Gauge(
    "tiebeam_stream_calls", "Requests that the last look took", ["connection", "stream"]
)
WEBHOOKS = Counter(
    "tiebeam_webhooks", "Deliveries by the status they were answered with", ["connection", "status"]
)
HINTS_HANDLED = Counter(
    "tiebeam_hints_handled", "Hints by what looking there found", ["connection", "found"]
)
HINTS_WAITING = Gauge(
    "tiebeam_hints_waiting", "Entities that webhooks named and nobody has looked at", ["connection"]
)
HINTS_OLDEST = Gauge(
    "tiebeam_hints_oldest_seconds",
    "Age of the oldest hint that nobody has looked into",
    ["connection"],
)
STORE_UP = Gauge("tiebeam_store_up", "1 where the store answered when the metrics were asked for")
OUTBOX_ROWS = Gauge("tiebeam_outbox_rows", "Events that wait to be published")
OUTBOX_OLDEST = Gauge("tiebeam_outbox_oldest_seconds", "Age of the oldest waiting event")
PUBLISH_SECONDS = Histogram(
    "tiebeam_publish_seconds", "From the outbox to the topic", ["topic"], buckets=_SECONDS
)
EVENTS_PUBLISHED = Counter("tiebeam_events_published", "Events on their topic", ["topic"])
EVENTS_RECEIVED = Counter("tiebeam_events_received", "Events taken into the inbox", ["type"])
CONSUMER_LAG = Gauge(
    "tiebeam_consumer_lag_records",
    "Records on the partitions of this process that its consumer has not read",
    ["topic"],
)
DEAD_LETTERS = Counter("tiebeam_dead_letters", "Records that could not be read", ["topic"])
REACTIONS_FINISHED = Counter(
    "tiebeam_reactions_finished", "Attempts at a reaction by how they ended", ["reaction", "state"]
)
REACTIONS_WAITING = Gauge(
    "tiebeam_reactions",
    "Reactions that are not over, by state, as the store has them",
    ["reaction", "state"],
)
REACTIONS_DUE_OLDEST = Gauge(
    "tiebeam_reactions_due_oldest_seconds",
    "How long the oldest reaction that could begin has waited for it; 0: none waits",
    ["reaction"],
)
EFFECTS_UNKNOWN = Gauge(
    "tiebeam_effects_unknown",
    "Effects that were begun and are not known to have happened",
    ["connection"],
)
EFFECTS_UNKNOWN_OLDEST = Gauge(
    "tiebeam_effects_unknown_oldest_seconds", "Age of the oldest of them", ["connection"]
)
BREAKER_OPEN = Gauge(
    "tiebeam_breaker_open", "1 while no reaction is begun there, for it fails", ["connection"]
)
END_TO_END_SECONDS = Histogram(
    "tiebeam_end_to_end_seconds",
    "From the provider's own time of the change to the effect",
    ["reaction"],
    buckets=_SECONDS,
)
