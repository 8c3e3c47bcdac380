"""Imported by the fork server, so that its workers have at hand what takes long to make."""

from __future__ import annotations

from adapters.http.transport import _trusted
from tests.faults.crash import worker

__all__ = ["worker"]

_trusted()
