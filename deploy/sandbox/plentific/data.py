"""What the simulated Plentific knows: its credentials, switches, tokens and records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deploy.sandbox.collection import Collection, Record
from deploy.sandbox.plentific.identity import NAMESPACE, ORGANISATION_UUID, uuid_of
from deploy.sandbox.plentific.lookups import BEGINNING, fixed
from deploy.sandbox.plentific.webhooks import Outbox, deliveries_of
from deploy.sandbox.settings import PlentificSettings
from deploy.sandbox.tokens import Tokens

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "NAMESPACE",
    "ORGANISATION_UUID",
    "PlentificData",
    "property_of",
    "uuid_of",
]

CLIENT_ID = "sandbox-plentific-client"
CLIENT_SECRET = "sandbox-plentific-secret-5e0d"  # noqa: S105 - fictional

NEWEST_FIRST = frozenset({"work_orders", "invoices"})


def _collection(kind: str) -> Collection:
    return Collection(newest_first=kind in NEWEST_FIRST)


def _fixed_records() -> dict[str, Collection]:
    records = {}
    for kind, rows in fixed().items():
        records[kind] = _collection(kind)
        for row in rows:
            records[kind].add(row["uuid"], BEGINNING, row)
    return records


@dataclass(slots=True)
class PlentificData:
    """The records are the documented detail bodies; keys that begin with _ are never served."""

    settings: PlentificSettings = field(default_factory=PlentificSettings)
    tokens: Tokens = field(default_factory=Tokens)
    numbers: dict[str, int] = field(default_factory=dict)
    outbox: Outbox = field(default_factory=Outbox)
    records: dict[str, Collection] = field(default_factory=_fixed_records)
    children: dict[tuple[str, str], Collection] = field(default_factory=dict)
    references: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def work_orders(self) -> Collection:
        """The work orders."""
        return self.of("work_orders")

    @property
    def invoices(self) -> Collection:
        """The invoices."""
        return self.of("invoices")

    def of(self, kind: str) -> Collection:
        """The records of a kind."""
        if kind not in self.records:
            self.records[kind] = _collection(kind)
        return self.records[kind]

    def below(self, kind: str, parent_uuid: str) -> Collection:
        """The records of a kind that belong to one record, such as the quotes of a work order."""
        return self.children.get((kind, parent_uuid)) or _collection(kind)

    def add_below(self, kind: str, parent_uuid: str, now: datetime, uuid: str, one: Record) -> None:
        """Add a record that belongs to another one; raises ValueError when its uuid is taken."""
        self.children.setdefault((kind, parent_uuid), _collection(kind)).add(uuid, now, one)

    def next_number(self, kind: str, first: int) -> int:
        """The next number of a kind, from `first`."""
        self.numbers[kind] = self.numbers.get(kind, first - 1) + 1
        return self.numbers[kind]

    def tell(self, event: str | None, now: datetime, about: Mapping[str, Any]) -> None:
        """Queue what subscriptions are told of an event; nothing where there is none."""
        subscriptions = self.of("webhook_subscriptions")
        if event is not None and len(subscriptions):
            number = self.next_number("event", 1)
            self.outbox.put(deliveries_of(subscriptions, event, now, number, about))


def property_of(data: PlentificData, external_reference: str | None) -> Record:
    """The property of a reference (without one: PROP-001), as work orders show it."""
    reference = external_reference or "PROP-001"
    uuid = data.references.get(("properties", reference), uuid_of(f"property/{reference}"))
    return {"external_reference": reference, "type": "property", "uuid": uuid}
