"""Real-looking data of every event type, after the examples in the providers' documents.

A module for each provider; what several tests need is here. Everybody in them is made up.
"""

from __future__ import annotations

from typing import Any

from events.building import new_event
from events.catalogue import EVENT_TYPES
from events.envelope import Event
from tests.events.samples import essensys, facilitee, planiso, plentific, reactions
from tests.events.samples.essensys import charge_sheet
from tests.events.samples.plentific import invoice, work_order
from tests.events.samples.reactions import reaction
from tests.events.samples.shared import (
    DETECTED,
    HAPPENED,
    INVOICE_UUID,
    WORK_ORDER_UUID,
    Samples,
)

__all__ = [
    "DATA",
    "DETECTED",
    "EVERY_TYPE",
    "HAPPENED",
    "INVOICE_UUID",
    "ONE_TYPE_OF_EACH_MODEL",
    "WORK_ORDER_UUID",
    "charge_sheet",
    "event",
    "invoice",
    "reaction",
    "work_order",
]

DATA: Samples = {
    **plentific.DATA,
    **essensys.DATA,
    **facilitee.DATA,
    **planiso.DATA,
    **reactions.DATA,
}

EVERY_TYPE = sorted(EVENT_TYPES)
ONE_TYPE_OF_EACH_MODEL = sorted({row.model: name for name, row in EVENT_TYPES.items()}.values())


def event(name: str, **changes: Any) -> Event:
    """An event of the type, with every optional part unless told otherwise."""
    fields: dict[str, Any] = {
        "connection": "plentific",
        "entity_id": INVOICE_UUID,
        "transition": "first",
        "data": DATA[name](),
        "sequence": 7,
        "time": HAPPENED,
        "detected_at": DETECTED,
        "key": WORK_ORDER_UUID,
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "tracestate": "vendor=1",
    }
    return new_event(name, **(fields | changes))
