"""Plentific's public API, version 2021-10-28."""
