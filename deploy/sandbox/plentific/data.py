"""What the simulated Plentific knows: its credentials, switches, tokens and records."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID, uuid5

from deploy.sandbox.collection import Collection, Record
from deploy.sandbox.settings import PlentificSettings
from deploy.sandbox.tokens import Tokens

CLIENT_ID = "sandbox-plentific-client"
CLIENT_SECRET = "sandbox-plentific-secret-5e0d"  # noqa: S105 - fictional
NAMESPACE = UUID("5d0d9a52-6a25-4c3e-9a57-2f6f3c1b8e10")
ORGANISATION_UUID = str(uuid5(NAMESPACE, "organisation"))


@dataclass(slots=True)
class PlentificData:
    """The records are the documented detail bodies, ready to be served; rows are cut from them."""

    settings: PlentificSettings = field(default_factory=PlentificSettings)
    tokens: Tokens = field(default_factory=Tokens)
    work_orders: Collection = field(default_factory=lambda: Collection(newest_first=True))
    invoices: Collection = field(default_factory=lambda: Collection(newest_first=True))
    numbers: dict[str, int] = field(default_factory=dict)

    def next_number(self, kind: str, first: int) -> int:
        """The next number of a kind, from `first`."""
        self.numbers[kind] = self.numbers.get(kind, first - 1) + 1
        return self.numbers[kind]


def uuid_of(name: str) -> str:
    """The uuid of a fictional thing, always the same for the same name."""
    return str(uuid5(NAMESPACE, name))


def property_of(external_reference: str | None) -> Record:
    """The property of a reference (without one: PROP-001), as work orders show it."""
    reference = external_reference or "PROP-001"
    return {
        "external_reference": reference,
        "type": "property",
        "uuid": uuid_of(f"property/{reference}"),
    }
