"""Fixtures that every part of the tests may use."""

from __future__ import annotations

pytest_plugins = ["tests.kafka"]
