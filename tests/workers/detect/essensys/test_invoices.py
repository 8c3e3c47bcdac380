"""Invoices of essensys: issued, paid, updated."""

from __future__ import annotations

from tests.workers.detect.changed import only
from tests.workers.detect.essensys.rows import INVOICE, change, first_sight, state, types
from workers.detect.essensys import INVOICES

PAID = {"paid": "true", "datepaid": "2026-03-05T00:00:00+03:00"}


def test_an_invoice_reads_as_events_carry_it() -> None:
    assert state(INVOICES, INVOICE) == {
        "invoice_id": "403",
        "number": "08",
        "description": "Standard Invoice",
        "status_code": "5",
        "account": "15",
        "location": "1",
        "organization": None,
        "approved": True,
        "paid": False,
        "paid_date": None,
        "invoice_date": "2026-03-02",
        "due_date": "2026-03-31",
        "transaction_reference": None,
        "currency": "EUR",
        "net": "200.0000",
        "tax": "40.00",
        "gross": "240.00",
        "brought_forward": "502.00",
        "payments_and_credits": "-3.60",
        "ending_balance": "742.00",
        "created": "2026-01-04T08:10:31Z",
    }


def test_an_invoice_is_issued_though_its_draft_was_made_long_before() -> None:
    issued = only(first_sight(INVOICES, INVOICE))

    assert (issued.event_type, issued.identity) == ("essensys.invoice.issued", "issued")
    assert (issued.time, issued.previous) == (None, None)
    assert INVOICES.live(issued.state)


def test_an_invoice_first_seen_paid_was_issued_and_paid() -> None:
    assert types(first_sight(INVOICES, INVOICE, **PAID)) == ["invoice.issued", "invoice.paid"]


def test_an_invoice_that_is_paid_is_told_with_the_day_of_the_site() -> None:
    paid = only(change(INVOICES, INVOICE, **PAID, endingbalance="502"))

    assert paid.event_type == "essensys.invoice.paid"
    assert paid.state["paid_date"] == "2026-03-05"
    assert paid.previous == {"paid": False, "paid_date": None, "ending_balance": "742.00"}
    assert not INVOICES.live(paid.state)


def test_an_edit_is_an_update_paid_or_not() -> None:
    for row in (INVOICE, {**INVOICE, **PAID}):
        updated = only(change(INVOICES, row, duedate="2026-04-30T00:00:00+03:00"))

        assert updated.event_type == "essensys.invoice.updated"
        assert updated.previous == {"due_date": "2026-03-31"}


def test_a_payment_that_is_taken_back_is_an_update() -> None:
    told = change(INVOICES, {**INVOICE, **PAID}, paid="false", datepaid=None)

    assert types(told) == ["invoice.updated"]


def test_nothing_is_told_of_what_events_do_not_carry() -> None:
    told = change(
        INVOICES,
        INVOICE,
        invoiceemailaddress="other@example.com",
        invoicetext="Thank you",
        updatedate="2026-03-03T08:00:00+03:00",
        duedate="2026-03-31T00:00:00+00:00",
    )

    assert told.transitions == []
