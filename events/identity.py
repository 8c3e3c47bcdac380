"""The id of an event: the same transition, detected twice, has the same id."""

from __future__ import annotations

import json
from hashlib import sha1
from uuid import UUID

NAMESPACE = UUID("52641791-a588-5cb5-8db1-0767669bd1ec")
"""UUIDv5 of the URL https://schemas.tiebeam.dev/; another would give every event a second id."""

_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def event_id(connection: str, event_type: str, entity_id: str, transition: str) -> str:
    """Derive the UUIDv5 of one transition.

    Args:
        connection: the name of the connection in the configuration.
        event_type: the `ce_type`.
        entity_id: the provider's id of the entity.
        transition: what happened, so that it happens once (for example `created`, or a status
            with its place in the history and its time).

    Raises:
        UnicodeEncodeError: a part holds half of a surrogate pair, which no JSON of a provider can.
    """
    # A JSON array keeps the parts apart whatever they hold; joining by a separator would not.
    name = _as_json([connection, event_type, entity_id, transition])
    # RFC 9562, 5.5, as uuid5 does it, but without the object: three are needed for one reaction.
    digest = bytearray(sha1(NAMESPACE.bytes + name.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
