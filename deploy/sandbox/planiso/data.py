"""What the simulated Planiso knows: its key, switches and records."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from deploy.sandbox.collection import Collection
from deploy.sandbox.settings import PlanisoSettings

API_KEY = "sandbox-planiso-key-8d15"


def _collections() -> defaultdict[str, Collection]:
    return defaultdict(lambda: Collection(newest_first=False))


@dataclass(slots=True)
class PlanisoData:
    """Records by resource (see `resources`): numbers are int, references are numbers."""

    settings: PlanisoSettings = field(default_factory=PlanisoSettings)
    records: defaultdict[str, Collection] = field(default_factory=_collections)
    numbers: dict[str, int] = field(default_factory=dict)

    def next_number(self, resource: str) -> int:
        """The next number of a resource, from 1."""
        self.numbers[resource] = self.numbers.get(resource, 0) + 1
        return self.numbers[resource]
