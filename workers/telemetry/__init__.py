"""Telemetry: traces that survive Kafka and restarts, JSON logs without secrets, metrics."""
