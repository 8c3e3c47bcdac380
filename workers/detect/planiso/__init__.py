"""Planiso's streams: whole lists, as there is neither a filter nor a time of change."""

from __future__ import annotations

from workers.detect.planiso.partners import CUSTOMERS, ORGANIZATIONS, SUBCONTRACTORS, SUPPLIERS
from workers.detect.planiso.work import EQUIPMENT, PROJECTS, USERS

__all__ = [
    "CUSTOMERS",
    "EQUIPMENT",
    "ORGANIZATIONS",
    "PROJECTS",
    "SUBCONTRACTORS",
    "SUPPLIERS",
    "USERS",
]
