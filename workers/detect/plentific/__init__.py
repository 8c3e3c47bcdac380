"""Plentific's streams. No listing can be filtered by change, and most rows are thin."""

from __future__ import annotations

from workers.detect.plentific.bookings import BOOKINGS
from workers.detect.plentific.completion_reports import COMPLETION_REPORTS
from workers.detect.plentific.invoices import INVOICES
from workers.detect.plentific.outstanding_issues import OUTSTANDING_ISSUES
from workers.detect.plentific.quotes import QUOTES
from workers.detect.plentific.work_orders import WORK_ORDERS

__all__ = [
    "BOOKINGS",
    "COMPLETION_REPORTS",
    "INVOICES",
    "OUTSTANDING_ISSUES",
    "QUOTES",
    "WORK_ORDERS",
]
