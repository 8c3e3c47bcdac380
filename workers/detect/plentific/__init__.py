"""Plentific's streams. No listing of Plentific can be filtered by change, and all rows are thin."""

from __future__ import annotations

from workers.detect.plentific.invoices import INVOICES
from workers.detect.plentific.work_orders import WORK_ORDERS

__all__ = ["INVOICES", "WORK_ORDERS"]
