"""What the simulated Facilitee knows: its credentials, switches, tokens and records."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from deploy.sandbox.collection import Collection
from deploy.sandbox.settings import FaciliteeSettings
from deploy.sandbox.tokens import Tokens

CLIENT_ID = "sandbox-facilitee-client"
CLIENT_SECRET = "sandbox-facilitee-secret-3b74"  # noqa: S105 - fictional


def _collections() -> defaultdict[str, Collection]:
    return defaultdict(lambda: Collection(newest_first=False))


@dataclass(slots=True)
class FaciliteeData:
    """Records by kind (see `kinds`), as they were written: references are ids, times are text."""

    settings: FaciliteeSettings = field(default_factory=FaciliteeSettings)
    tokens: Tokens = field(default_factory=Tokens)
    records: defaultdict[str, Collection] = field(default_factory=_collections)
    numbers: dict[str, int] = field(default_factory=dict)

    def next_number(self, kind: str, first: int) -> int:
        """The next number of a kind, from `first`."""
        self.numbers[kind] = self.numbers.get(kind, first - 1) + 1
        return self.numbers[kind]
