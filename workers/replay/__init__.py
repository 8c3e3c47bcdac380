"""Replaying events from the topics: to our own reactions, or to one downstream's topic."""
