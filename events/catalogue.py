"""The table of every event type that we can emit: its topic, its data model and its version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from events.base import EventModel
from events.essensys import ChargeSheetData
from events.plentific import InvoiceData, WorkOrderData
from events.reactions import ReactionData

SCHEMA_BASE = "https://schemas.tiebeam.dev"
DEAD_LETTERS = "tiebeam.dead-letters"
"""The topic of records that nobody can read, without the prefix."""


class UnknownEventType(LookupError):
    """No such event type; the text names it."""


@dataclass(frozen=True)
class EventType:
    """One event type: its `ce_type`, its topic without the prefix, its data and their version."""

    name: str
    topic: str
    model: type[EventModel]
    version: int = 1

    @property
    def provider(self) -> str:
        """The system that it is about: the first part of the name."""
        return self.name.partition(".")[0]

    @property
    def entity(self) -> str:
        """The member of the data that holds the full state: the middle part of the name."""
        return self.name.split(".")[1]

    @property
    def schema_uri(self) -> str:
        """The `ce_dataschema`, which is the `$id` of the exported schema too."""
        return f"{SCHEMA_BASE}/{self.name}/v{self.version}"


_TABLE = (
    EventType("plentific.work_order.created", "plentific.work-orders", WorkOrderData),
    EventType("plentific.work_order.status_changed", "plentific.work-orders", WorkOrderData),
    EventType("plentific.work_order.updated", "plentific.work-orders", WorkOrderData),
    EventType("plentific.invoice.received", "plentific.invoices", InvoiceData),
    EventType("plentific.invoice.paid", "plentific.invoices", InvoiceData),
    EventType("plentific.invoice.overdue", "plentific.invoices", InvoiceData),
    EventType("plentific.invoice.updated", "plentific.invoices", InvoiceData),
    EventType("essensys.charge_sheet.created", "essensys.charge-sheets", ChargeSheetData),
    EventType("tiebeam.reaction.succeeded", "tiebeam.reactions", ReactionData),
    EventType("tiebeam.reaction.failed", "tiebeam.reactions", ReactionData),
    EventType("tiebeam.reaction.blocked", "tiebeam.reactions", ReactionData),
)

EVENT_TYPES: Mapping[str, EventType] = MappingProxyType({row.name: row for row in _TABLE})


def event_type(name: str) -> EventType:
    """Find an event type by its `ce_type`.

    Raises:
        UnknownEventType: the table has no such name.
    """
    try:
        return EVENT_TYPES[name]
    except KeyError:
        raise UnknownEventType(f"no event type is named {name!r}") from None


def topic_of(event_type_name: str, prefix: str = "") -> str:
    """Give the topic of an event type, with the configured prefix.

    Raises:
        UnknownEventType: the table has no such name.
    """
    return prefix + event_type(event_type_name).topic


def all_topics(prefix: str = "") -> list[str]:
    """List every topic that events go to, each once, in order; dead letters are not among them."""
    return sorted({prefix + row.topic for row in _TABLE})


def schema_uri(event_type_name: str) -> str:
    """Give the `ce_dataschema` of an event type.

    Raises:
        UnknownEventType: the table has no such name.
    """
    return event_type(event_type_name).schema_uri
