"""The parameters of Planiso's operations: a number, or none at all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OneRecord:
    """A record by its `no`, which cannot be derived from its `aff_number`."""

    no: str
