"""What the simulated essensys knows: its credentials, switches, tokens and records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from deploy.sandbox.collection import Collection
from deploy.sandbox.settings import EssensysSettings
from deploy.sandbox.tokens import Tokens

CLIENT_ID = "sandbox-essensys-client"
CLIENT_SECRET = "sandbox-essensys-secret-91ab"  # noqa: S105 - fictional
USERNAME = "api.user@example.com"
PASSWORD = "sandbox-essensys-password-7c2f"  # noqa: S105 - fictional
API_USER = "Sandbox Api User"

CHARGE_PATHS = frozenset(
    (
        *("chargesheet", "batchchargesheet", "meteredbatchchargesheet", "bookingcharge"),
        "currentcharge",
    )
)


class Product(NamedTuple):
    """A product, of which the document shows only the id and the name."""

    name: str
    group: str


class Tax(NamedTuple):
    """A tax; `rate` is a fraction: 0.2 is 20 %."""

    name: str
    rate: str


class Lookup(NamedTuple):
    """Records that are there from the start; `listed` is false for those only referred to."""

    id_field: str
    name_field: str
    names: Mapping[str, str]
    listed: bool = True


STARTED = datetime(2006, 1, 24, 13, 14, 2, tzinfo=UTC)
LOOKUPS: Mapping[str, Lookup] = {
    "accounttype": Lookup(
        "accounttypeid", "accounttypename", {"-1": "Customer", "-2": "Prospect", "-3": "Broker"}
    ),
    "clienttype": Lookup("clienttypeid", "clienttypename", {"1": "Residential", "2": "Virtual"}),
    "location": Lookup("locationid", "locationname", {"1": "Example Tower", "2": "Sample Works"}),
    "batchsheet": Lookup("batchsheetid", "batchsheetname", {"1275": "New Batch"}, listed=False),
    "calendar": Lookup("bookingid", "bookingtitle", {"1275": "Pat Example "}, listed=False),
}


def _oldest_first() -> Collection:
    return Collection(newest_first=False)


def _from_the_start(lookup: Lookup) -> Collection:
    records = _oldest_first()
    at = STARTED.strftime("%Y-%m-%dT%H:%M:%S")
    stamps = {"createdby": API_USER, "creationdate": at, "updatedate": at, "updatedby": API_USER}
    for record_id, name in lookup.names.items():
        named = {lookup.id_field: record_id, lookup.name_field: name}
        records.add(record_id, STARTED, {**named, **stamps})
        if not lookup.listed:
            records.hide(record_id)
    return records


@dataclass(slots=True)
class EssensysData:
    """Records hold the documented fields in plain text, dates as 2017-07-07T10:00:55 (UTC).

    Charge sheets, batch charge sheets, metered ones and booking charges are one collection,
    `charges`, since they share their ids; the field `kind` tells them apart. `collection` has the
    records of any resource by its path.
    """

    settings: EssensysSettings = field(default_factory=EssensysSettings)
    tokens: Tokens = field(default_factory=Tokens)
    accounts: Collection = field(default_factory=_oldest_first)
    charges: Collection = field(default_factory=_oldest_first)
    invoice_lines: Collection = field(default_factory=_oldest_first)
    numbers: dict[str, int] = field(default_factory=dict)
    products: dict[str, Product] = field(
        default_factory=lambda: {
            "73": Product("Repairs, labour", "31"),
            "74": Product("Repairs, materials", "31"),
            "145": Product("Boardroom", "27"),
        }
    )
    product_groups: dict[str, str] = field(
        default_factory=lambda: {"27": "Meeting Rooms", "31": "Maintenance"}
    )
    taxes: dict[str, Tax] = field(
        default_factory=lambda: {
            "1": Tax("Zero rated", "0"),
            "2": Tax("17.5% Tax rate", "0.175"),
            "5": Tax("20% Tax rate", "0.2"),
        }
    )
    others: dict[str, Collection] = field(default_factory=dict)

    def collection(self, path: str) -> Collection:
        """The records of a resource; resources that show the same records share one."""
        own = {"account": self.accounts, "invoiceline": self.invoice_lines}
        if path in own:
            return own[path]
        if path in CHARGE_PATHS:
            return self.charges
        path = "calendar" if path == "bookingconflict" else path
        if path not in self.others:
            lookup = LOOKUPS.get(path)
            self.others[path] = _from_the_start(lookup) if lookup else _oldest_first()
        return self.others[path]

    def next_id(self, kind: str, first: int) -> str:
        """The next id of a kind, from `first`; ids already taken by hand are for the caller."""
        self.numbers[kind] = self.numbers.get(kind, first - 1) + 1
        return str(self.numbers[kind])
