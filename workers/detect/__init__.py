"""Detection: what changed at a provider becomes entities and outbox rows in one transaction."""
