"""Lines: how the demo writes an event, a step of the story and a charge sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from rich.table import Table
from rich.text import Text

from events.envelope import Event


def step_line(number: int, text: str) -> Text:
    """Write a step of the story."""
    return Text.assemble("\n", (f" {number} ", "reverse bold"), " ", (text, "bold"))


def event_line(event: Event) -> Text:
    """Write an event: when, on what topic, and what it says in a few words."""
    return Text.assemble(
        (f"  {event.time:%H:%M:%S} ", "dim"),
        ("kafka ", "magenta"),
        (f"{event.type:<38}", "cyan"),
        said(event),
    )


def said(event: Event) -> str:
    """Return the event in a few words."""
    data = orjson.loads(event.data)
    if "work_order" in data:
        order, previous = data["work_order"], data["previous"] or {}
        was = f"{previous['status']} → " if "status" in previous else ""
        return f"{order['external_reference'] or order['uuid'][:8]}: {was}{order['status']}"
    if "invoice" in data:
        invoice = data["invoice"]
        amount = f"{invoice['currency']} {invoice['total_including_tax']}"
        return f"{invoice['number']}: {amount}, {len(invoice['items'])} lines, {invoice['status']}"
    if "charge_sheet" in data:
        sheet = data["charge_sheet"]
        amount = f"{sheet['currency']} {sheet['net_amount']}"
        return f"{sheet['charge_sheet_id']}: {amount} to account {sheet['account']}"
    reaction = data["reaction"]
    how = {effect["found_by"] for effect in reaction["effects"]}
    found = " (found in essensys, not sent again)" if how - {"answer"} else ""
    return f"{reaction['name']}: {reaction['state']}{found}"


def charge_table(sheets: Sequence[dict[str, Any]]) -> Table:
    """Lay out charge sheets as essensys holds them."""
    table = Table(title="Charge sheets in essensys Operate", title_justify="left")
    for name in ("id", "account", "product", "quantity", "unit price", "tax", "reference"):
        table.add_column(name)
    for sheet in sheets:
        table.add_row(
            str(sheet["chargesheetid"]),
            str(sheet["accountname"]),
            str(sheet["product"]),
            str(sheet["quantity"]),
            str(sheet["unitprice"]),
            str(sheet["tax"]),
            str(sheet["referencetext"]),
        )
    return table
