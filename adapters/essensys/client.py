"""essensys's resources, one declaration each, in the document's order."""

from __future__ import annotations

from datetime import tzinfo

import httpx

from adapters.essensys.auth import grant
from adapters.essensys.errors import RULES
from adapters.essensys.models.accounts import (
    Account,
    AccountCode,
    AccountCodePut,
    AccountFixedExchangeRate,
    AccountFixedExchangeRatePut,
    AccountPut,
    AccountType,
    GroupAccount,
    GroupAccountPut,
    MeetingCredit,
    MeetingCreditPut,
)
from adapters.essensys.models.accounts_receivable import (
    AccountsReceivable,
    AccountsReceivablePaymentType,
    Transaction,
)
from adapters.essensys.models.bookings import (
    BookingCharge,
    BookingChargePut,
    BookingConflict,
    Calendar,
    CalendarPut,
    CancellationPolicy,
    CancellationPolicyPut,
    DayDelegateRate,
    DayDelegateRatePut,
)
from adapters.essensys.models.charges import (
    BatchChargeSheet,
    BatchChargeSheetPut,
    BatchSheet,
    BatchSheetPut,
    ChargeSheet,
    ChargeSheetPut,
    CurrentCharge,
)
from adapters.essensys.models.contacts import Contact, ContactPut, ContactType, JobTitle
from adapters.essensys.models.credit_notes import (
    CreditNote,
    CreditNoteLine,
    CreditNotePut,
    CreditNoteReason,
    CreditNoteTemplate,
    CreditNoteTemplatePut,
    CreditNoteType,
    DraftCreditNote,
    DraftCreditNoteLine,
    DraftCreditNoteLinePut,
    DraftCreditNotePut,
)
from adapters.essensys.models.device_charges import (
    DeviceImport,
    DeviceImportMap,
    DeviceImportMapPut,
    DeviceImportPut,
    MeteredBatchChargeSheet,
    MeteredBatchChargeSheetPut,
    MeteredBatchSheet,
    MeteredBatchSheetPut,
)
from adapters.essensys.models.inventory import (
    ContactInventoryItem,
    ContactInventoryItemPut,
    InventoryGroup,
    InventoryGroupPut,
    InventoryItem,
    InventoryItemPut,
    Manufacturer,
    ManufacturerPut,
)
from adapters.essensys.models.invoices import (
    DraftInvoice,
    DraftInvoiceLine,
    DraftInvoiceLinePut,
    DraftInvoicePut,
    Invoice,
    InvoiceLine,
    InvoiceNumber,
    InvoiceOrder,
    InvoiceSummary,
)
from adapters.essensys.models.journals import Journal, JournalPut
from adapters.essensys.models.leads import (
    DeadLeadReason,
    Lead,
    LeadOverturnReason,
    LeadPut,
    LeadRejectionReason,
    LeadSource,
    LeadType,
    LeadTypePut,
    UnreadableLead,
    UnreadableLeadPut,
    WebToLead,
    WebToLeadPut,
)
from adapters.essensys.models.licence_items import (
    BreakDate,
    BreakDatePut,
    CheckListItem,
    LicenceCheckListItem,
    LicenceItem,
    LicenceItemSchedule,
    LicenceMember,
    LicenceMemberPut,
    LicenceStatus,
    MovementHistory,
    MovementType,
    NonStandardTerm,
    NonStandardTermPut,
    TerminationReason,
    TransferReason,
    TransferReasonPut,
)
from adapters.essensys.models.licence_proformas import (
    LicenceProformaInvoice,
    LicenceProformaInvoiceLine,
    LicenceProformaInvoiceLinePut,
    LicenceProformaInvoiceSummary,
    LicenceProformaTaxSummary,
)
from adapters.essensys.models.licences import Licence, LicencePut
from adapters.essensys.models.locations import (
    Area,
    AreaPut,
    AssignedClientType,
    AssignedClientTypePut,
    Location,
    Region,
    RegionPut,
)
from adapters.essensys.models.opportunities import (
    ContractType,
    Opportunity,
    OpportunityLostReason,
    OpportunityPut,
    OpportunityType,
    Stage,
)
from adapters.essensys.models.organizations import (
    ClientType,
    GlCode,
    GlCodePut,
    Organization,
    OrganizationPut,
)
from adapters.essensys.models.payments import Payment, PaymentPut, PaymentTerm, PaymentType
from adapters.essensys.models.portal import (
    Announcement,
    Attendee,
    AttendeePut,
    Event,
    EventPut,
    PortalLogin,
    PortalLoginPut,
    PortalPage,
    PortalPagePut,
)
from adapters.essensys.resources import resource
from adapters.http.auth import BearerAuth
from adapters.http.client import TIMEOUT, HttpClient
from adapters.http.clock import SYSTEM_CLOCK, Clock
from adapters.http.limits import Limits


class EssensysClient:
    """essensys Operate through one connection.

    A resource is named by the plural of its name in the document, and has the operations of
    `adapters.essensys.resources.Resource`. Those that the document does not show are refused.
    """

    # Accounts
    accounts = resource("account", Account, put=AccountPut, deletable=True)
    account_codes = resource("accountcode", AccountCode, put=AccountCodePut)
    account_fixed_exchange_rates = resource(
        "accountfixedexchangerate", AccountFixedExchangeRate, put=AccountFixedExchangeRatePut
    )
    account_types = resource("accounttype", AccountType)
    group_accounts = resource("groupaccount", GroupAccount, put=GroupAccountPut)
    meeting_credits = resource("reservationdiscount", MeetingCredit, put=MeetingCreditPut)

    # Accounts Receivable
    accounts_receivable = resource("accountsreceivable", AccountsReceivable)
    accounts_receivable_payment_types = resource(
        "accountsreceivablepaymenttype", AccountsReceivablePaymentType
    )
    transactions = resource("transaction", Transaction)

    # Bookings
    calendars = resource("calendar", Calendar, put=CalendarPut)
    booking_charges = resource("bookingcharge", BookingCharge, put=BookingChargePut)
    booking_conflicts = resource("bookingconflict", BookingConflict)
    cancellation_policies = resource(
        "cancellationpolicy", CancellationPolicy, put=CancellationPolicyPut, deletable=True
    )
    day_delegate_rates = resource("daydelegaterate", DayDelegateRate, put=DayDelegateRatePut)

    # Charges
    batch_sheets = resource("batchsheet", BatchSheet, put=BatchSheetPut)
    batch_charge_sheets = resource("batchchargesheet", BatchChargeSheet, put=BatchChargeSheetPut)
    charge_sheets = resource("chargesheet", ChargeSheet, put=ChargeSheetPut, deletable=True)
    current_charges = resource("currentcharge", CurrentCharge)
    device_imports = resource("deviceimport", DeviceImport, put=DeviceImportPut)
    device_import_maps = resource("deviceimportmap", DeviceImportMap, put=DeviceImportMapPut)
    metered_batch_sheets = resource(
        "meteredbatchsheet", MeteredBatchSheet, put=MeteredBatchSheetPut
    )
    metered_batch_charge_sheets = resource(
        "meteredbatchchargesheet", MeteredBatchChargeSheet, put=MeteredBatchChargeSheetPut
    )

    # Contacts
    contacts = resource("contact", Contact, put=ContactPut)
    contact_types = resource("contacttype", ContactType)
    job_titles = resource("lookupjobtitles", JobTitle)

    # Credit Notes
    draft_credit_notes = resource("draftcreditnote", DraftCreditNote, put=DraftCreditNotePut)
    draft_credit_note_lines = resource(
        "draftcreditnoteline", DraftCreditNoteLine, put=DraftCreditNoteLinePut
    )
    credit_notes = resource("creditnote", CreditNote, put=CreditNotePut)
    credit_note_lines = resource("creditnoteline", CreditNoteLine)
    credit_note_reasons = resource("lookupcreditnotereason", CreditNoteReason)
    credit_note_templates = resource(
        "creditnotetemplate", CreditNoteTemplate, put=CreditNoteTemplatePut, readable=False
    )
    credit_note_types = resource("lookupcreditnotetype", CreditNoteType)

    # Inventory
    inventory_items = resource("inventoryitem", InventoryItem, put=InventoryItemPut)
    inventory_groups = resource("lookupinventorygroups", InventoryGroup, put=InventoryGroupPut)
    contact_inventory_items = resource(
        "contactinventoryitems", ContactInventoryItem, put=ContactInventoryItemPut
    )
    manufacturers = resource("lookupmanufacturers", Manufacturer, put=ManufacturerPut)

    # Invoices
    draft_invoices = resource("draftinvoice", DraftInvoice, put=DraftInvoicePut)
    draft_invoice_lines = resource(
        "draftinvoiceline", DraftInvoiceLine, put=DraftInvoiceLinePut, put_key="invoicelines"
    )
    invoices = resource("invoice", Invoice)
    invoice_lines = resource("invoiceline", InvoiceLine)
    invoice_numbers = resource("invoicenumber", InvoiceNumber)
    invoice_orders = resource("invoiceorder", InvoiceOrder)
    invoice_summaries = resource("invoicesummary", InvoiceSummary)

    # Journals
    journals = resource("journal", Journal, put=JournalPut)

    # Leads
    leads = resource("lead", Lead, put=LeadPut)
    dead_lead_reasons = resource("deadleadreason", DeadLeadReason)
    lead_overturn_reasons = resource("lookupleadoverturnreasons", LeadOverturnReason)
    lead_rejection_reasons = resource("lookupleadrejectionreasons", LeadRejectionReason)
    lead_sources = resource("leadsource", LeadSource)
    lead_types = resource("leadtype", LeadType, put=LeadTypePut)
    unreadable_leads = resource(
        "unreadablelead", UnreadableLead, put=UnreadableLeadPut, readable=False
    )
    web_to_leads = resource("webtolead", WebToLead, put=WebToLeadPut, readable=False)

    # Licensing
    licences = resource("licence", Licence, put=LicencePut)
    licence_items = resource("licenceitem", LicenceItem)
    licence_item_schedules = resource("licenceitemschedule", LicenceItemSchedule)
    break_dates = resource("breakdate", BreakDate, put=BreakDatePut)
    check_list_items = resource("checklistitem", CheckListItem, key="lookupchecklistitems")
    licence_check_list_items = resource("licencechecklistitem", LicenceCheckListItem)
    licence_members = resource("licencemember", LicenceMember, put=LicenceMemberPut, readable=False)
    licence_proforma_invoices = resource("licenceproformainvoice", LicenceProformaInvoice)
    licence_proforma_invoice_lines = resource(
        "licenceproformainvoiceline", LicenceProformaInvoiceLine, put=LicenceProformaInvoiceLinePut
    )
    licence_proforma_invoice_summaries = resource(
        "licenceproformainvoicesummary", LicenceProformaInvoiceSummary
    )
    licence_proforma_tax_summaries = resource(
        "licenceproformataxsummary", LicenceProformaTaxSummary
    )
    licence_statuses = resource("licencestatus", LicenceStatus)
    movement_histories = resource("movementhistory", MovementHistory, key="movements")
    movement_types = resource("movementtype", MovementType)
    non_standard_terms = resource("lookupnonstandardterms", NonStandardTerm, put=NonStandardTermPut)
    termination_reasons = resource("lookupterminationresons", TerminationReason)
    transfer_reasons = resource("lookuptransferreasons", TransferReason, put=TransferReasonPut)

    # Locations
    locations = resource("location", Location)
    areas = resource("area", Area, put=AreaPut, deletable=True)
    assigned_client_types = resource(
        "assignedclienttype", AssignedClientType, put=AssignedClientTypePut
    )
    regions = resource("region", Region, put=RegionPut)

    # Opportunities
    opportunities = resource("opportunity", Opportunity, put=OpportunityPut)
    contract_types = resource("contracttype", ContractType)
    opportunity_lost_reasons = resource("opportunitylostreason", OpportunityLostReason)
    opportunity_types = resource("opportunitytype", OpportunityType)
    stages = resource("stage", Stage)

    # Organizations
    organizations = resource("organization", Organization, put=OrganizationPut)
    client_types = resource("clienttype", ClientType)
    gl_codes = resource("glcode", GlCode, put=GlCodePut)

    # Payments
    payments = resource("payment", Payment, put=PaymentPut)
    payment_terms = resource("paymentterm", PaymentTerm)
    payment_types = resource("paymenttype", PaymentType)

    # Portal
    announcements = resource("announcement", Announcement)
    attendees = resource("eventattendee", Attendee, put=AttendeePut)
    events = resource("event", Event, put=EventPut)
    portal_logins = resource("portallogons", PortalLogin, put=PortalLoginPut, readable=False)
    portal_pages = resource("portalpage", PortalPage, put=PortalPagePut, readable=False)

    def __init__(self, http: HttpClient, time_zone: tzinfo) -> None:
        """`time_zone` is the zone of the clock by which times are written; not documented."""
        self.http = http
        self.time_zone = time_zone

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
    username: str,
    password: str,
    time_zone: tzinfo,
    limits: Limits | None = None,
    timeout: float = TIMEOUT,
    clock: Clock = SYSTEM_CLOCK,
    transport: httpx.AsyncBaseTransport | None = None,
) -> EssensysClient:
    """A client for one connection. `base_url` is what stands before /api/1.0 and /oauth2;
    `time_zone` is that of the clock by which times are written; `timeout` is in seconds.
    """
    auth = BearerAuth(grant(client_id, client_secret, username, password), clock)
    http = HttpClient(
        connection=connection,
        base_url=base_url,
        auth=auth,
        limits=limits,
        timeout=timeout,
        rules=RULES,
        clock=clock,
        transport=transport,
    )
    return EssensysClient(http, time_zone)
