"""Plentific Public API v2021-10-28, simulated from its document."""
