"""What the events of Plentific carry, without personal data.

A field is guaranteed (never null) where the provider's document says so and a reader needs it to
act; everything else may be null, since Plentific's tables print "required" loosely. Left out on
purpose: e-mails, telephone numbers, contacts, addresses, access notes and descriptions (free text
about a home).
"""

from events.plentific.bookings import (
    Booking,
    BookingData,
    BookingStatus,
)
from events.plentific.completion_reports import (
    CompletionReport,
    CompletionReportData,
    CompletionReportStatus,
    DecliningReason,
    JobOutcome,
)
from events.plentific.invoices import (
    Invoice,
    InvoiceData,
    InvoiceItem,
    InvoiceItemType,
    InvoiceStatus,
    InvoiceType,
)
from events.plentific.outstanding_issues import (
    OutstandingIssue,
    OutstandingIssueData,
    OutstandingIssueReason,
)
from events.plentific.quotes import (
    Quote,
    QuoteData,
    QuoteItem,
    QuoteRejectionReason,
    QuoteStatus,
    QuoteUnitType,
)
from events.plentific.work_orders import (
    ContractorRef,
    Fault,
    PropertyRef,
    PropertyType,
    ServiceRef,
    StateEntry,
    WorkOrder,
    WorkOrderData,
    WorkOrderStatus,
    WorkOrderType,
)

__all__ = [
    "Booking",
    "BookingData",
    "BookingStatus",
    "CompletionReport",
    "CompletionReportData",
    "CompletionReportStatus",
    "ContractorRef",
    "DecliningReason",
    "Fault",
    "Invoice",
    "InvoiceData",
    "InvoiceItem",
    "InvoiceItemType",
    "InvoiceStatus",
    "InvoiceType",
    "JobOutcome",
    "OutstandingIssue",
    "OutstandingIssueData",
    "OutstandingIssueReason",
    "PropertyRef",
    "PropertyType",
    "Quote",
    "QuoteData",
    "QuoteItem",
    "QuoteRejectionReason",
    "QuoteStatus",
    "QuoteUnitType",
    "ServiceRef",
    "StateEntry",
    "WorkOrder",
    "WorkOrderData",
    "WorkOrderStatus",
    "WorkOrderType",
]
