"""Every value that a provider documents has a word of its own in the events."""

from __future__ import annotations

import pytest

from events import facilitee, plentific
from events.base import OpenEnum

DOCUMENTED: dict[type[OpenEnum], str] = {
    plentific.WorkOrderStatus: (
        "new approval_pending approved declined job_leads_sent customer_engaged pro_engaged"
        " customer_pro_engaged pro_claimed_job quoted quote_accepted hired booked"
        " customer_cancelled deposit_paid invoice_outstanding invoice_paid invoice_overdue"
        " invalid lost expired refunded paid_off_platform done signed_off"
    ),
    plentific.WorkOrderType: "CONTRACTED DLO MARKETPLACE",
    plentific.PropertyType: "property block estate unit",
    plentific.BookingStatus: "attended not_attended no_access cancelled",
    plentific.CompletionReportStatus: "new cancelled accepted updated declined",
    plentific.JobOutcome: "FULLY_COMPLETED PARTIALLY_COMPLETED CANNOT_BE_EXECUTED",
    plentific.DecliningReason: "NO_EVIDENCE NOT_EVERYTHING_DONE NOT_ENOUGH_QUALITY OTHER",
    plentific.QuoteStatus: ("accepted cancelled declined deposit_paid pending superseded varied"),
    plentific.QuoteRejectionReason: (
        "OTHER MORE_VARIATION_DETAILS_REQUIRED VARIATION_TOO_EXPENSIVE WORK_NOT_REQUIRED"
        " BACK_TO_MARKET"
    ),
    plentific.QuoteUnitType: (
        "fixed_price per_hour per_day per_item per_sqft per_sqmt per_room per_meter"
    ),
    plentific.OutstandingIssueReason: (
        "CANNOT_CONTACT_TENANT CANNOT_BOOK REPAIR_NOT_REQUIRED SUSPECTED_ASBESTOS SAFETY_CONCERN"
    ),
    plentific.InvoiceStatus: "outstanding overdue paid",
    plentific.InvoiceType: "job_invoice client_service_fee_invoice",
    facilitee.IssueStatus: (
        "Future New MoreInfo MoreInfoOwner Rejected ToBeAssigned SubmittedByManager"
        " ServicerRejected Assigned MyTask ResolvedBeforeAssignmentWasAccepted InProgress"
        " Resolved Closed Quote NewQuotation QuotationAcceptedByManager QuotationSent"
        " QuotationAccepted QuotationRejected"
    ),
    facilitee.UserStatus: "Uninvited Invited Active",
}
NAMED_ELSEWHERE = {
    plentific.WorkOrderStatus: {"cancelled"},  # written, though no list names it
    plentific.InvoiceStatus: {"approved", "cancelled", "received"},  # of the webhooks' patterns
}


@pytest.mark.parametrize("words", DOCUMENTED)
def test_the_words_of_an_event_are_the_documented_values_and_other(words: type[OpenEnum]) -> None:
    read = [words.read(text) for text in DOCUMENTED[words].split()]

    assert {raw for _, raw in read} == {None}
    known = {member.value for member, _ in read} | NAMED_ELSEWHERE.get(words, set()) | {"other"}
    assert known == {member.value for member in words}
