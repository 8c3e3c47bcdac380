"""What no example can prove, and why: the only examples that the contract tests pass over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NOT_A_BODY: Final[Mapping[str, str]] = {
    "planiso/_standardized.response": "shows the envelope around a made-up resource; every other "
    "example of Planiso is read out of the same envelope",
    "planiso/create_user.request": "its values are the names of types (a date is 'string')",
    "planiso/update_user.request": "its values are the names of types (a date is 'string')",
}
"""Examples that are no body that a client could send or a server answer."""

_WARNING: Final = "the document shows a warning of PHP in place of its value"
NOT_SENT: Final[Mapping[str, Mapping[str, str]]] = {
    "planiso/create_supplier.request": {"organization": _WARNING},
    "planiso/create_subcontractor.request": {"organization": _WARNING},
}
"""Fields of request examples that no client should send, by example, with the reason."""

LOOSER: Final[Mapping[tuple[str, str, str, str], str]] = {
    ("plentific", operation, place, "required"): "not required for the UK region, as the text says"
    for operation, place in (
        ("create_estate", "city"),
        ("create_block", "city"),
        ("create_property", "city"),
        ("create_bulk_import", "blocks[].city"),
        ("create_bulk_import", "estates[].city"),
        ("create_bulk_import", "properties[].city"),
    )
}
"""Rules of a document that its own text or examples take back, with the reason."""

NOT_DECLARED: Final[Mapping[str, Mapping[str, str]]] = {
    "planiso.create_supplier.request": {"organization": _WARNING},
    "planiso.create_subcontractor.request": {"organization": _WARNING},
}
"""Documented fields that no model declares, by operation and direction, with the reason."""
