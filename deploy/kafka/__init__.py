"""Real Apache Kafka on one machine, for development, tests and benchmarks."""
