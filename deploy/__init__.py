"""What a deployment needs: local Kafka, the simulated providers, container files."""
