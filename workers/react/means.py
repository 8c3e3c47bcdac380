"""The means: what carrying out reactions needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from adapters.store.engine import Store
from workers.clock import Clock
from workers.react.reaction import Configured


@dataclass(frozen=True)
class Means:
    """What the executor and each of its attempts work with.

    Attributes:
        slots: How many reactions may be in flight at each target connection.
        lease: How long a claimed reaction belongs to `owner` before another may take it over.
        settle: How long a call without an answer is given to take effect before it is looked for.
    """

    store: Store
    clock: Clock
    reactions: Mapping[str, Configured]
    slots: Mapping[str, int]
    lease: timedelta
    settle: timedelta
    owner: str
    random: Random
