"""What the events of essensys Operate carry: what happens there, and the charges that we wrote.

Leads and accounts name people and companies: let those read these topics who may.
"""

from events.essensys.accounts import (
    Account,
    AccountData,
)
from events.essensys.bookings import (
    Booking,
    BookingData,
    BookingStatus,
)
from events.essensys.charge_sheets import (
    ChargeSheet,
    ChargeSheetData,
)
from events.essensys.invoices import (
    Invoice,
    InvoiceData,
)
from events.essensys.leads import (
    Lead,
    LeadData,
)
from events.essensys.shared import (
    EssensysId,
    Reference,
)

__all__ = [
    "Account",
    "AccountData",
    "Booking",
    "BookingData",
    "BookingStatus",
    "ChargeSheet",
    "ChargeSheetData",
    "EssensysId",
    "Invoice",
    "InvoiceData",
    "Lead",
    "LeadData",
    "Reference",
]
