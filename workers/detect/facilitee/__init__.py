"""Facilitee's streams. Only issues show times; who and what is gone shows by its absence alone."""

from __future__ import annotations

from workers.detect.facilitee.issues import ISSUES
from workers.detect.facilitee.managers import MANAGERS
from workers.detect.facilitee.owners import OWNERS
from workers.detect.facilitee.properties import PROPERTIES
from workers.detect.facilitee.property_units import PROPERTY_UNITS
from workers.detect.facilitee.property_users import PROPERTY_USERS
from workers.detect.facilitee.service_providers import SERVICE_PROVIDERS

__all__ = [
    "ISSUES",
    "MANAGERS",
    "OWNERS",
    "PROPERTIES",
    "PROPERTY_UNITS",
    "PROPERTY_USERS",
    "SERVICE_PROVIDERS",
]
