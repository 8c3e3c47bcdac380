"""Writes `events/examples.json`, a record of each event type, from the samples: `make schemas`."""

from __future__ import annotations

import json
from typing import Any

from events.asyncapi import EXAMPLES
from events.base import json_form
from events.building import new_event
from events.catalogue import event_type
from events.envelope import to_headers
from tests.events.samples import DATA, DETECTED, EVERY_TYPE, HAPPENED, INVOICE_UUID, event

CONNECTIONS = {
    "plentific": "plentific",
    "essensys": "operate",
    "facilitee": "facilitee",
    "planiso": "planiso",
    "tiebeam": "reactions",
}
OURS = ("essensys.charge_sheet.created", "tiebeam.reaction.")
"""How the names of events begin that another event caused."""


def text() -> str:
    """The whole file."""
    found = {name: example(name) for name in EVERY_TYPE}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def example(name: str) -> dict[str, Any]:
    """The record of an event of this type, as readable JSON."""
    row, data = event_type(name), DATA[name]()
    state: Any = json_form(data)[row.entity]
    told = new_event(
        name,
        connection=CONNECTIONS[row.provider],
        entity_id=_subject(row.provider, state),
        transition="example",
        data=data,
        sequence=1 if json_form(data)["previous"] is None else 2,
        time=HAPPENED,
        detected_at=DETECTED,
        key=_key(row.provider, state),
        caused_by=event("plentific.invoice.paid") if name.startswith(OURS) else None,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    headers = {header: value.decode() for header, value in to_headers(told)}
    return {"key": told.key, "headers": headers, "data": json.loads(told.data)}


def _subject(provider: str, state: dict[str, Any]) -> str:
    if provider == "tiebeam":
        return f"{state['name']}/{state['trigger_ce_id']}"
    return str(next(iter(state.values())))  # each entity's model begins with its id


def _key(provider: str, state: dict[str, Any]) -> str | None:
    return INVOICE_UUID if provider == "tiebeam" else state.get("work_order_uuid")


if __name__ == "__main__":
    EXAMPLES.write_text(text(), encoding="utf-8")
