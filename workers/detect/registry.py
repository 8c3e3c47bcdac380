"""The table of streams: every kind of entity that is watched."""

from __future__ import annotations

from workers.detect import plentific
from workers.detect.stream import Stream

STREAMS: tuple[Stream, ...] = (plentific.WORK_ORDERS, plentific.INVOICES)
