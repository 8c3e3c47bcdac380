"""Reactions: events taken from Kafka into the inbox, and effects carried out once each."""
