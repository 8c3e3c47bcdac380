"""The same simulated providers, store and clock as the tests of detection have."""

from __future__ import annotations

from tests.workers.detect.conftest import (
    certificates_read_once,
    client,
    clock,
    logged,
    other_world,
    places,
    sandbox,
    world,
)

__all__ = [
    "certificates_read_once",
    "client",
    "clock",
    "logged",
    "other_world",
    "places",
    "sandbox",
    "world",
]
