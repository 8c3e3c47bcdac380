"""The parameters of Plentific's operations, one class for each set of them.

A field that the path names fills the path; the others are query parameters, None left out.
`page_size` is the number of rows asked for at once, at most 200.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from adapters.plentific.paging import LARGEST_PAGE


@dataclass(frozen=True)
class OneWorkOrder:
    """A work order by its uuid."""

    work_order_uuid: str


@dataclass(frozen=True)
class OneInvoice:
    """An invoice by its uuid, which is not its number."""

    invoice_uuid: str


@dataclass(frozen=True, kw_only=True)
class WorkOrderFilter:
    """plentific.txt: "List all work orders". `status` selects exactly one.

    The dates select by creation; their time zone, and whether the ends belong, is not documented.
    """

    organisation_uuid: str | None = None
    status: str | None = None
    created_from: date | None = None
    created_to: date | None = None
    external_reference: str | None = None
    page_size: int = LARGEST_PAGE


@dataclass(frozen=True, kw_only=True)
class InvoiceFilter:
    """plentific.txt: "List all invoices". `status` is paid, overdue or outstanding."""

    organisation_uuid: str | None = None
    status: str | None = None
    created_from: date | None = None
    created_to: date | None = None
    paid_from: date | None = None
    paid_to: date | None = None
    page_size: int = LARGEST_PAGE
