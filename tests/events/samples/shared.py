"""The ids and times that samples of several providers have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from events.base import EventModel

WORK_ORDER_UUID = "131f86c8-4427-4579-8b63-b1c2f540d0a2"
INVOICE_UUID = "967fb16f-0273-45bb-9cce-45ef747526cf"
HAPPENED = datetime(2020, 3, 12, 11, 6, 13, 178151, tzinfo=UTC)
DETECTED = datetime(2020, 3, 12, 11, 7, tzinfo=UTC)

Samples = Mapping[str, Callable[[], EventModel]]
"""What makes the data of an event, by the type's name."""
