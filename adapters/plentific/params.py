"""The parameters of Plentific's operations, one class for each set of them.

A field that the path names fills the path; the others are query parameters, None left out.
`page_size` is the number of rows asked for at once, at most 200.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import date

from adapters.plentific.models.assets import AssetOrder
from adapters.plentific.models.invoices import InvoiceStatus
from adapters.plentific.models.people import OrganisationOrder
from adapters.plentific.models.reports import ReportRunOrder
from adapters.plentific.models.tags import ListedTagType
from adapters.plentific.models.work_orders import WorkOrderStatus
from adapters.plentific.paging import LARGEST_PAGE


@dataclass(frozen=True, kw_only=True)
class Everything:
    """A list without filters."""

    page_size: int = LARGEST_PAGE


@dataclass(frozen=True, kw_only=True)
class OfOrganisation:
    """A list that can be of one organisation only."""

    organisation_uuid: str | None = None
    page_size: int = LARGEST_PAGE


@dataclass(frozen=True)
class OneEstate:
    """An estate by its uuid."""

    estate_uuid: str


@dataclass(frozen=True, kw_only=True)
class EstateFilter:
    """plentific.txt: "List all estates"."""

    external_reference: str | None = None
    organisation_uuid: str | None = None
    postal_code: str | None = None
    sort_by: AssetOrder | None = None
    page_size: int = LARGEST_PAGE


@dataclass(frozen=True)
class OneBlock:
    """A block by its uuid."""

    block_uuid: str


@dataclass(frozen=True, kw_only=True)
class BlockFilter:
    """plentific.txt: "List all blocks"."""

    external_reference: str | None = None
    organisation_uuid: str | None = None
    postal_code: str | None = None
    estate_uuid: str | None = None
    sort_by: AssetOrder | None = None
    page_size: int = LARGEST_PAGE


@dataclass(frozen=True)
class OneProperty:
    """A property by its uuid."""

    property_uuid: str


@dataclass(frozen=True, kw_only=True)
class PropertyFilter:
    """plentific.txt: "List all properties"."""

    external_reference: str | None = None
    organisation_uuid: str | None = None
    postal_code: str | None = None
    estate_uuid: str | None = None
    block_uuid: str | None = None
    sort_by: AssetOrder | None = None
    page_size: int = LARGEST_PAGE


@dataclass(frozen=True)
class OneTenant:
    """A tenant by its uuid."""

    tenant_uuid: str


@dataclass(frozen=True, kw_only=True)
class TenantFilter:
    """plentific.txt: "List all tenants"."""

    organisation_uuid: str | None = None
    external_reference: str | None = None
    page_size: int = LARGEST_PAGE


@dataclass(frozen=True)
class OneLandlord:
    """A landlord by its uuid."""

    landlord_uuid: str


@dataclass(frozen=True)
class OneManager:
    """A property manager by its uuid."""

    manager_uuid: str


@dataclass(frozen=True)
class OneWorkOrder:
    """A work order by its uuid."""

    work_order_uuid: str


@dataclass(frozen=True, kw_only=True)
class WorkOrderFilter:
    """plentific.txt: "List all work orders". `status` selects exactly one.

    The dates select by creation; their time zone, and whether the ends belong, is not documented.
    """

    organisation_uuid: str | None = None
    status: WorkOrderStatus | None = None
    created_from: date | None = None
    created_to: date | None = None
    external_reference: str | None = None
    page_size: int = LARGEST_PAGE


@dataclass(frozen=True)
class OfWorkOrder:
    """A list that belongs to one work order."""

    work_order_uuid: str
    _: KW_ONLY
    page_size: int = LARGEST_PAGE


@dataclass(frozen=True)
class OneContact:
    """A contact of a work order."""

    work_order_uuid: str
    contact_uuid: str


@dataclass(frozen=True)
class OneBooking:
    """A booking of a work order."""

    work_order_uuid: str
    booking_uuid: str


@dataclass(frozen=True)
class OneCompletionReport:
    """A completion report of a work order."""

    work_order_uuid: str
    completion_report_uuid: str


@dataclass(frozen=True)
class OneFault:
    """A fault of a work order."""

    work_order_uuid: str
    fault_uuid: str


@dataclass(frozen=True)
class OneOutstandingIssue:
    """An outstanding issue of a work order."""

    work_order_uuid: str
    outstanding_issue_uuid: str


@dataclass(frozen=True)
class OneQuote:
    """A quote for a work order."""

    work_order_uuid: str
    quote_uuid: str


@dataclass(frozen=True)
class OneBulkImport:
    """A bulk import by its uuid."""

    bulk_import_uuid: str


@dataclass(frozen=True, kw_only=True)
class CategoryFilter:
    """plentific.txt: "List all categories".

    How several uuids are told apart in `uuid__in` is not documented: they are sent with commas.
    """

    name: str | None = None
    slug: str | None = None
    uuid: str | None = None
    uuid__in: tuple[str, ...] | None = None
    page_size: int = LARGEST_PAGE


@dataclass(frozen=True)
class CategoryServiceFilter:
    """plentific.txt: "Retrieve service details of a category"."""

    category_uuid: str
    _: KW_ONLY
    name: str | None = None
    slug: str | None = None
    page_size: int = LARGEST_PAGE


@dataclass(frozen=True, kw_only=True)
class ServiceFilter:
    """plentific.txt: "List all services"."""

    name: str | None = None
    slug: str | None = None
    page_size: int = LARGEST_PAGE


@dataclass(frozen=True)
class OneInvoice:
    """An invoice by its uuid, which is not its number."""

    invoice_uuid: str


@dataclass(frozen=True, kw_only=True)
class InvoiceFilter:
    """plentific.txt: "List all invoices"."""

    organisation_uuid: str | None = None
    status: InvoiceStatus | None = None
    created_from: date | None = None
    created_to: date | None = None
    paid_from: date | None = None
    paid_to: date | None = None
    page_size: int = LARGEST_PAGE


@dataclass(frozen=True)
class OneOrganisation:
    """An organisation by its uuid."""

    organisation_uuid: str


@dataclass(frozen=True, kw_only=True)
class OrganisationFilter:
    """plentific.txt: "List all organisations"."""

    sort_by: OrganisationOrder | None = None
    page_size: int = LARGEST_PAGE


@dataclass(frozen=True)
class OneReport:
    """A report by its uuid."""

    report_uuid: str


@dataclass(frozen=True)
class ReportRunFilter:
    """plentific.txt: "List all report runs"."""

    report_uuid: str
    _: KW_ONLY
    organisation_uuid: str | None = None
    sort_by: ReportRunOrder | None = None
    page_size: int = LARGEST_PAGE


@dataclass(frozen=True)
class OneReportRun:
    """A run of a report."""

    report_uuid: str
    report_run_uuid: str


@dataclass(frozen=True)
class OneAccountCode:
    """An account code by its uuid."""

    account_code_uuid: str


@dataclass(frozen=True)
class OneTag:
    """A tag by its uuid."""

    tag_uuid: str


@dataclass(frozen=True, kw_only=True)
class TagFilter:
    """plentific.txt: "List all tags"."""

    organisation_uuid: str | None = None
    type: ListedTagType | None = None
    page_size: int = LARGEST_PAGE


@dataclass(frozen=True)
class OnePropertyGroup:
    """A property group by its uuid."""

    property_group_uuid: str


@dataclass(frozen=True)
class OneFile:
    """A file by its uuid."""

    file_uuid: str


@dataclass(frozen=True, kw_only=True)
class NewFile:
    """What a file is; `length` is the number of bytes of a streamed one, where it is known."""

    name: str
    content_type: str
    length: int | None = None


@dataclass(frozen=True)
class OneSubscription:
    """A webhook subscription by its uuid."""

    subscription_uuid: str


@dataclass(frozen=True)
class OneUser:
    """A user by its uuid."""

    user_uuid: str


@dataclass(frozen=True, kw_only=True)
class UserFilter:
    """plentific.txt: "List all users"."""

    role_uuid: str | None = None
    deactivated: bool | None = None
    organisation_uuid: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    verified: bool | None = None
    email: str | None = None
    page_size: int = LARGEST_PAGE
