"""Plentific's operations, one declaration each."""

from __future__ import annotations

from typing import Final

import httpx

from adapters.http.auth import BearerAuth
from adapters.http.client import TIMEOUT, HttpClient
from adapters.http.clock import SYSTEM_CLOCK, Clock
from adapters.http.limits import Limits
from adapters.http.operations import Nothing
from adapters.plentific import params
from adapters.plentific.auth import grant
from adapters.plentific.errors import RULES
from adapters.plentific.models import (
    account_codes,
    assets,
    bookings,
    bulk_import,
    categories,
    completion_reports,
    contacts,
    faults,
    invoices,
    outstanding_issues,
    people,
    quotes,
    reports,
    tags,
    webhooks,
    work_orders,
)
from adapters.plentific.operations import (
    changing,
    changing_seen,
    creating,
    creating_unseen,
    deriving,
    downloading,
    listing,
    listing_amounts,
    listing_at_once,
    reading,
    removing,
    uploading,
)

ORDER: Final = "/work-orders/{work_order_uuid}"
CONTACT: Final = (
    "/work-order/{work_order_uuid}/contacts/{contact_uuid}"  # "order", but not "orders"
)
COMPLETION_REPORT: Final = ORDER + "/completion-reports/{completion_report_uuid}"
ISSUE: Final = ORDER + "/outstanding-issues/{outstanding_issue_uuid}"
BANK_TRANSFER: Final = "/invoices/{invoice_uuid}/bank-transfer-payment-details"
SUBSCRIPTION: Final = "/webhooks/subscriptions/{subscription_uuid}"


class PlentificClient:
    """Plentific through one connection.

    An operation is named as in the catalogue of Plentific's documents, and raises the errors of
    `adapters.http.errors`. Changes are answered without a body, except for a tag's.
    """

    # Estates
    list_estates = listing("/estates", params.EstateFilter, assets.EstateRow)
    create_estate = creating("/estates", Nothing, assets.EstateNew, assets.Estate)
    delete_estate = removing("/estates/{estate_uuid}", params.OneEstate)
    get_estate = reading("/estates/{estate_uuid}", params.OneEstate, assets.Estate)
    update_estate = changing("/estates/{estate_uuid}", params.OneEstate, assets.EstateChange)

    # Blocks
    list_blocks = listing("/blocks", params.BlockFilter, assets.BlockRow)
    create_block = creating("/blocks", Nothing, assets.BlockNew, assets.Block)
    delete_block = removing("/blocks/{block_uuid}", params.OneBlock)
    get_block = reading("/blocks/{block_uuid}", params.OneBlock, assets.Block)
    update_block = changing("/blocks/{block_uuid}", params.OneBlock, assets.BlockChange)

    # Properties
    list_properties = listing("/properties", params.PropertyFilter, assets.PropertyRow)
    create_property = creating("/properties", Nothing, assets.PropertyNew, assets.Property)
    delete_property = removing("/properties/{property_uuid}", params.OneProperty)
    get_property = reading("/properties/{property_uuid}", params.OneProperty, assets.Property)
    update_property = changing(
        "/properties/{property_uuid}", params.OneProperty, assets.PropertyChange
    )

    # Tenants
    list_tenants = listing("/tenants", params.TenantFilter, people.TenantRow)
    create_tenant = creating("/tenants", Nothing, people.TenantNew, people.Tenant)
    delete_tenant = removing("/tenants/{tenant_uuid}", params.OneTenant)
    get_tenant = reading("/tenants/{tenant_uuid}", params.OneTenant, people.Tenant)
    update_tenant = changing("/tenants/{tenant_uuid}", params.OneTenant, people.TenantChange)

    # Landlords: listed are only those of at least one property
    list_landlords = listing("/landlords", params.OfOrganisation, people.LandlordRow)
    create_landlord = creating("/landlords", Nothing, people.LandlordNew, people.Landlord)
    delete_landlord = removing("/landlords/{landlord_uuid}", params.OneLandlord)
    get_landlord = reading("/landlords/{landlord_uuid}", params.OneLandlord, people.Landlord)
    update_landlord = changing(
        "/landlords/{landlord_uuid}", params.OneLandlord, people.LandlordChange
    )

    # Property managers
    list_property_managers = listing("/managers", params.OfOrganisation, people.PropertyManagerRow)
    create_property_manager = creating(
        "/managers", Nothing, people.PropertyManagerNew, people.PropertyManager
    )
    delete_property_manager = removing("/managers/{manager_uuid}", params.OneManager)
    get_property_manager = reading(
        "/managers/{manager_uuid}", params.OneManager, people.PropertyManager
    )
    update_property_manager = changing(
        "/managers/{manager_uuid}", params.OneManager, people.PropertyManagerChange
    )

    # Work orders
    delete_work_order_contact = removing(CONTACT, params.OneContact)
    get_work_order_contact = reading(CONTACT, params.OneContact, contacts.Contact)
    update_work_order_contact = changing(CONTACT, params.OneContact, contacts.ContactChange)
    list_work_orders = listing("/work-orders", params.WorkOrderFilter, work_orders.WorkOrderRow)
    create_work_order = creating(
        "/work-orders", Nothing, work_orders.WorkOrderNew, work_orders.WorkOrder
    )
    get_work_order = reading(ORDER, params.OneWorkOrder, work_orders.WorkOrder)
    update_work_order = changing(ORDER, params.OneWorkOrder, work_orders.WorkOrderChange)
    list_work_order_appointed_contractors = listing(
        ORDER + "/appointed-contractors", params.OfWorkOrder, work_orders.AppointedContractor
    )
    list_work_order_bookings = listing(ORDER + "/bookings", params.OfWorkOrder, bookings.BookingRow)
    get_work_order_booking = reading(
        ORDER + "/bookings/{booking_uuid}", params.OneBooking, bookings.Booking
    )
    list_work_order_completion_reports = listing(
        ORDER + "/completion-reports", params.OfWorkOrder, completion_reports.CompletionReportRow
    )
    get_work_order_completion_report = reading(
        COMPLETION_REPORT, params.OneCompletionReport, completion_reports.CompletionReport
    )
    update_work_order_completion_report = changing(
        COMPLETION_REPORT, params.OneCompletionReport, completion_reports.CompletionReportChange
    )
    delete_all_work_order_contacts = removing(ORDER + "/contacts", params.OneWorkOrder)
    list_work_order_contacts = listing(ORDER + "/contacts", params.OfWorkOrder, contacts.Contact)
    create_work_order_contact = creating(
        ORDER + "/contacts", params.OneWorkOrder, contacts.ContactNew, contacts.Contact
    )
    list_work_order_faults = listing(ORDER + "/faults", params.OfWorkOrder, faults.FaultRow)
    delete_work_order_fault = removing(ORDER + "/faults/{fault_uuid}", params.OneFault)
    get_work_order_fault = reading(ORDER + "/faults/{fault_uuid}", params.OneFault, faults.Fault)
    update_work_order_fault = changing(
        ORDER + "/faults/{fault_uuid}", params.OneFault, faults.FaultChange
    )
    list_work_order_outstanding_issues = listing(
        ORDER + "/outstanding-issues", params.OfWorkOrder, outstanding_issues.OutstandingIssue
    )
    get_work_order_outstanding_issue = reading(
        ISSUE, params.OneOutstandingIssue, outstanding_issues.OutstandingIssue
    )
    update_work_order_outstanding_issue = changing(
        ISSUE, params.OneOutstandingIssue, outstanding_issues.OutstandingIssueChange
    )
    list_work_order_quotes = listing(ORDER + "/quotes", params.OfWorkOrder, quotes.QuoteRow)
    get_work_order_quote = reading(ORDER + "/quotes/{quote_uuid}", params.OneQuote, quotes.Quote)
    update_work_order_quote = changing(
        ORDER + "/quotes/{quote_uuid}", params.OneQuote, quotes.QuoteChange
    )

    # Bulk operations
    create_bulk_import = creating(
        "/bulk-import", Nothing, bulk_import.BulkImportNew, bulk_import.BulkImportStarted
    )
    delete_bulk_import = removing("/bulk-import/{bulk_import_uuid}", params.OneBulkImport)
    get_bulk_import = reading(
        "/bulk-import/{bulk_import_uuid}", params.OneBulkImport, bulk_import.BulkImport
    )

    # Categories and services
    list_categories = listing("/categories", params.CategoryFilter, categories.Category)
    list_category_services = listing(
        "/categories/{category_uuid}/services", params.CategoryServiceFilter, categories.Service
    )
    list_fault_categories = listing(
        "/fault-categories", params.Everything, categories.FaultCategory
    )
    list_services = listing("/services", params.ServiceFilter, categories.Service)

    # Invoices
    list_invoices = listing("/invoices", params.InvoiceFilter, invoices.InvoiceRow)
    list_unpaid_invoices_bank_transfer_payment_details = listing_amounts(
        "/invoices/unpaid/bank-transfer-payment-details",
        params.Everything,
        invoices.BankTransfer,
        "invoice_uuid",
    )
    get_invoice = reading("/invoices/{invoice_uuid}", params.OneInvoice, invoices.Invoice)
    get_invoice_bank_transfer_payment_details = reading(
        BANK_TRANSFER, params.OneInvoice, invoices.BankTransfer
    )
    create_invoice_bank_transfer_payment_details = deriving(
        BANK_TRANSFER, params.OneInvoice, invoices.BankTransfer
    )
    get_invoice_pdf = downloading(
        "/invoices/{invoice_uuid}/pdf", params.OneInvoice, "application/pdf"
    )

    # Organisations
    list_organisations = listing(
        "/organisations", params.OrganisationFilter, people.OrganisationRow
    )
    get_organisation = reading(
        "/organisations/{organisation_uuid}", params.OneOrganisation, people.Organisation
    )

    # Reports
    list_reports = listing("/reports", params.Everything, reports.ReportRow)
    get_report = reading("/reports/{report_uuid}", params.OneReport, reports.Report)
    list_report_runs = listing(
        "/reports/{report_uuid}/runs", params.ReportRunFilter, reports.ReportRunRow
    )
    create_report_run = creating(
        "/reports/{report_uuid}/runs", params.OneReport, reports.ReportRunNew, reports.ReportRun
    )
    get_report_run = reading(
        "/reports/{report_uuid}/runs/{report_run_uuid}", params.OneReportRun, reports.ReportRun
    )

    # Account codes
    list_account_codes = listing("/account-codes", params.OfOrganisation, account_codes.AccountCode)
    create_account_code = creating(
        "/account-codes", Nothing, account_codes.AccountCodeNew, account_codes.AccountCode
    )
    delete_account_code = removing("/account-codes/{account_code_uuid}", params.OneAccountCode)
    update_account_code = changing(
        "/account-codes/{account_code_uuid}",
        params.OneAccountCode,
        account_codes.AccountCodeChange,
    )

    # Tags
    list_tags = listing("/tags", params.TagFilter, tags.Tag)
    create_tag = creating_unseen("/tags", Nothing, tags.TagNew)
    delete_tag = removing("/tags/{tag_uuid}", params.OneTag)
    get_tag = reading("/tags/{tag_uuid}", params.OneTag, tags.Tag)
    update_tag = changing_seen("/tags/{tag_uuid}", params.OneTag, tags.TagChange, tags.Tag)

    # Property groups
    list_property_groups = listing("/property-groups", params.Everything, assets.PropertyGroup)
    create_property_group = creating(
        "/property-groups", Nothing, assets.PropertyGroupNew, assets.PropertyGroup
    )
    delete_property_group = removing(
        "/property-groups/{property_group_uuid}", params.OnePropertyGroup
    )

    # Files
    upload_file = uploading("/files", params.NewFile)
    get_file = downloading("/files/{file_uuid}", params.OneFile, "application/octet-stream")

    # Webhooks
    list_webhook_subscriptions = listing(
        "/webhooks/subscriptions", params.Everything, webhooks.Subscription
    )
    create_webhook_subscription = creating(
        "/webhooks/subscriptions", Nothing, webhooks.SubscriptionNew, webhooks.Subscription
    )
    delete_webhook_subscription = removing(SUBSCRIPTION, params.OneSubscription)
    get_webhook_subscription = reading(SUBSCRIPTION, params.OneSubscription, webhooks.Subscription)
    list_webhook_events = listing_at_once(
        "/webhooks/events", Nothing, webhooks.WebhookEvent, "event"
    )

    # Roles and users
    list_roles = listing("/roles", params.Everything, people.Role)
    list_users = listing("/users", params.UserFilter, people.UserRow)
    create_user = creating("/users", Nothing, people.UserNew, people.User)
    get_user = reading("/users/{user_uuid}", params.OneUser, people.User)

    def __init__(self, http: HttpClient) -> None:
        self.http = http

    async def create_token(self) -> None:
        """Make sure that there is a token; every other operation does so by itself."""
        await self.http.sign_in()

    async def prove(self) -> None:
        """Prove the credentials, with as little as possible.

        Raises:
            Unauthorised: they are refused.
            Transient: nobody could tell now.
        """
        await self.http.sign_in()

    async def aclose(self) -> None:
        """Close every connection."""
        await self.http.aclose()


def connect(
    *,
    connection: str,
    base_url: str,
    client_id: str,
    client_secret: str,
    limits: Limits | None = None,
    timeout: float = TIMEOUT,
    clock: Clock = SYSTEM_CLOCK,
    transport: httpx.AsyncBaseTransport | None = None,
) -> PlentificClient:
    """A client for one connection; `base_url` ends in the version, `timeout` is in seconds."""
    auth = BearerAuth(grant(client_id, client_secret), clock)
    http = HttpClient(
        connection=connection,
        base_url=base_url,
        auth=auth,
        rules=RULES,
        limits=limits,
        timeout=timeout,
        clock=clock,
        transport=transport,
    )
    return PlentificClient(http)
