"""The uuids of fictional things: the same name always has the same."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID, uuid5

NAMESPACE = UUID("5d0d9a52-6a25-4c3e-9a57-2f6f3c1b8e10")


@lru_cache(maxsize=4096)
def uuid_of(name: str) -> str:
    """The uuid of a fictional thing, always the same for the same name."""
    return str(uuid5(NAMESPACE, name))


ORGANISATION_UUID = uuid_of("organisation")
