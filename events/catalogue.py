"""The table of every event type that we can emit: its topic, its data model and its version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from events import essensys, facilitee, planiso, plentific
from events.base import EventModel
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


def _types(entity: str, topic: str, model: type[EventModel], *happened: str) -> list[EventType]:
    return [EventType(f"{entity}.{one}", topic, model) for one in happened]


_CHANGED = ("created", "updated")

_TABLE: tuple[EventType, ...] = (
    *_types(
        "plentific.work_order",
        "plentific.work-orders",
        plentific.WorkOrderData,
        *("created", "status_changed", "updated"),
    ),
    *_types("plentific.booking", "plentific.bookings", plentific.BookingData, *_CHANGED),
    *_types(
        "plentific.completion_report",
        "plentific.completion-reports",
        plentific.CompletionReportData,
        *("submitted", "status_changed"),
    ),
    *_types(
        "plentific.quote", "plentific.quotes", plentific.QuoteData, "received", "status_changed"
    ),
    *_types(
        "plentific.outstanding_issue",
        "plentific.outstanding-issues",
        plentific.OutstandingIssueData,
        *("created", "status_changed"),
    ),
    *_types(
        "plentific.invoice",
        "plentific.invoices",
        plentific.InvoiceData,
        *("received", "paid", "overdue", "updated"),
    ),
    *_types(
        "essensys.booking",
        "essensys.bookings",
        essensys.BookingData,
        *("created", "confirmed", "updated", "cancelled"),
    ),
    *_types(
        "essensys.lead",
        "essensys.leads",
        essensys.LeadData,
        *("created", "updated", "converted", "died"),
    ),
    *_types(
        "essensys.invoice",
        "essensys.invoices",
        essensys.InvoiceData,
        *("issued", "paid", "updated"),
    ),
    *_types("essensys.account", "essensys.accounts", essensys.AccountData, *_CHANGED),
    *_types("essensys.charge_sheet", "essensys.charge-sheets", essensys.ChargeSheetData, "created"),
    *_types(
        "facilitee.issue",
        "facilitee.issues",
        facilitee.IssueData,
        *("reported", "status_changed", "updated"),
    ),
    *(
        row
        for entity, entities, model in (
            ("owner", "owners", facilitee.OwnerData),
            ("property_user", "property-users", facilitee.PropertyUserData),
            ("service_provider", "service-providers", facilitee.ServiceProviderData),
            ("manager", "managers", facilitee.ManagerData),
            ("property", "properties", facilitee.PropertyData),
            ("property_unit", "property-units", facilitee.PropertyUnitData),
        )
        for row in _types(
            f"facilitee.{entity}", f"facilitee.{entities}", model, *_CHANGED, "removed"
        )
    ),
    *(
        row
        for entity, entities, model in (
            ("project", "projects", planiso.ProjectData),
            ("customer", "customers", planiso.CustomerData),
            ("supplier", "suppliers", planiso.SupplierData),
            ("subcontractor", "subcontractors", planiso.SubcontractorData),
            ("organization", "organizations", planiso.OrganizationData),
            ("user", "users", planiso.UserData),
            ("equipment", "equipment", planiso.EquipmentData),
        )
        for row in _types(
            f"planiso.{entity}", f"planiso.{entities}", model, *_CHANGED, "deactivated"
        )
    ),
    *_types(
        "tiebeam.reaction", "tiebeam.reactions", ReactionData, "succeeded", "failed", "blocked"
    ),
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
