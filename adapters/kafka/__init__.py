"""Kafka: settings, the producer, the topics and an embedded broker for the demo and tests."""
