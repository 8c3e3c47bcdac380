"""The outside world: one package per provider, the store and Kafka."""
