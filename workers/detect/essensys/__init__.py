"""essensys's streams. Lists can be filtered by the day of change, and rows are all there is."""

from __future__ import annotations

from workers.detect.essensys.accounts import ACCOUNTS
from workers.detect.essensys.bookings import BOOKINGS
from workers.detect.essensys.invoices import INVOICES
from workers.detect.essensys.leads import LEADS

__all__ = ["ACCOUNTS", "BOOKINGS", "INVOICES", "LEADS"]
