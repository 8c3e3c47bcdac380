"""The same simulated essensys, store and clock as the tests of reactions have."""

from __future__ import annotations

from tests.workers.react.conftest import (
    _certificates_read_once,
    client,
    clock,
    sandbox,
    world,
)

__all__ = [
    "_certificates_read_once",
    "client",
    "clock",
    "sandbox",
    "world",
]
