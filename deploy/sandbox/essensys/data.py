"""What the simulated essensys knows: its credentials, switches, tokens and records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from deploy.sandbox.collection import Collection
from deploy.sandbox.settings import EssensysSettings
from deploy.sandbox.tokens import Tokens

CLIENT_ID = "sandbox-essensys-client"
CLIENT_SECRET = "sandbox-essensys-secret-91ab"  # noqa: S105 - fictional
USERNAME = "api.user@example.com"
PASSWORD = "sandbox-essensys-password-7c2f"  # noqa: S105 - fictional
API_USER = "Sandbox Api User"


class Product(NamedTuple):
    """A product, of which the document shows only the id and the name."""

    name: str
    group: str


class Tax(NamedTuple):
    """A tax; `rate` is a fraction: 0.2 is 20 %."""

    name: str
    rate: str


def _oldest_first() -> Collection:
    return Collection(newest_first=False)


@dataclass(slots=True)
class EssensysData:
    """Records hold the documented fields in plain text, dates as 2017-07-07T10:00:55 (UTC).

    Charge sheets, batch charge sheets and booking charges are one collection, `charges`, since
    they share their ids; the field `kind` tells them apart.
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
    client_types: dict[str, str] = field(
        default_factory=lambda: {"1": "Residential", "2": "Virtual"}
    )
    account_types: dict[str, str] = field(
        default_factory=lambda: {"-1": "Customer", "-2": "Prospect", "-3": "Broker"}
    )
    locations: dict[str, str] = field(
        default_factory=lambda: {"1": "Example Tower", "2": "Sample Works"}
    )
    batch_sheets: dict[str, str] = field(default_factory=lambda: {"1275": "New Batch"})
    bookings: dict[str, str] = field(default_factory=lambda: {"1275": "Pat Example "})

    def next_id(self, kind: str, first: int) -> str:
        """The next id of a kind, from `first`; ids already taken by hand are for the caller."""
        self.numbers[kind] = self.numbers.get(kind, first - 1) + 1
        return str(self.numbers[kind])
