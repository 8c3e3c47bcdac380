"""Accounts, their codes, rates, types and groups: section "Accounts"."""

from __future__ import annotations

from pydantic import Field

from adapters.essensys.records import Flag, Id, Instant, Key, Number, Percent, Stamped, Text
from adapters.essensys.writing import (
    Day,
    Line,
    Line20,
    Line50,
    Line255,
    MaybeCurrency,
    Money,
    OwnId,
    PutModel,
    Url255,
    WrittenFlag,
    WrittenId,
    WrittenNumber,
    WrittenPercent,
    WrittenSecret,
)


class Account(Stamped):
    """Section "Account": a prospect, customer or broker. Full of personal data: never log one."""

    account_id: Key
    name: Text = Field(None, alias="clientname")
    alias: Text = Field(None, alias="accountalias")
    account_type: Id = Field(None, alias="accounttype_id")  # -1 is Customer
    client_type: Id = None
    group_account: Id = None
    record_type: Id = None
    location: Id = None
    organization: Id = None
    broker: Id = None
    broker_contact: Id = Field(None, alias="agentcontact")
    broker_first_name: Text = None
    broker_last_name: Text = None
    agent_type: Id = None
    agent_email: Text = None
    agent_reference: Text = None
    campaign: Id = Field(None, alias="campaign_id")
    industry: Id = None
    lead_source: Id = None
    meeting_package: Id = Field(None, alias="meetingpackageid")
    user: Id = Field(None, alias="user_id")
    lead_dadi_agent: Flag = None
    lead_dadi_id: Id = None

    balance: Number = None
    credit_limit: Number = None
    deposit: Number = None
    override_discount: Percent = None
    charge_vat: Flag = None
    vat_number: Text = Field(None, alias="vatno")
    bill_day: Id = None
    on_account: Flag = None
    online_bill: Flag = None
    email_invoice: Flag = None
    print_invoice: Flag = None
    include_brought_forward: Flag = Field(None, alias="includebfwd")
    include_itemised_bill: Flag = None
    include_statement: Flag = None
    show_call_details: Flag = None
    standard_payment_term: Id = None
    rental_payment_term: Text = None  # a name, as the table says
    rental_payment_type: Text = None  # a name, as the table says
    bank_account_name: Text = None
    bank_code: Text = None
    bank_name: Text = None
    direct_debit_instructions: Text = Field(None, alias="ddi")
    direct_debit_reference: Text = Field(None, alias="ddreference")
    shopper_reference: Text = None

    has_active_licence: Flag = None
    is_external: Flag = None
    is_residential: Flag = None
    is_virtual: Flag = None
    start: Instant = Field(None, alias="startdate")
    end: Instant = Field(None, alias="enddate")
    last_invoice: Instant = Field(None, alias="lastinvoicedate")
    earliest_transaction_allowed: Instant = Field(None, alias="earliesttransactiondateallowed")
    free_text: Text = None
    unit_numbers: Text = None
    department_number: Text = None
    company_number: Text = Field(None, alias="companyno")
    company_logo_url: Text = None
    sic_code: Text = None
    website: Text = None

    contact: Text = None
    first_name: Text = None
    email: Text = Field(None, alias="emailaddress")
    invoice_email: Text = Field(None, alias="invoiceemailaddress")
    invoice_cc: Text = Field(None, alias="invoiceccaddress")
    invoice_bcc: Text = Field(None, alias="invoicebccaddress")
    phone: Text = Field(None, alias="phoneno")
    mobile: Text = Field(None, alias="mobileno")
    fax: Text = Field(None, alias="faxno")
    address_line_1: Text = None
    address_line_2: Text = None
    address_line_3: Text = None
    town: Text = None
    county: Text = None
    postcode: Text = None
    country: Text = None
    full_address: Text = None
    single_line_address: Text = None

    registered_address_line_1: Text = None
    registered_address_line_2: Text = None
    registered_address_line_3: Text = None
    registered_town: Text = Field(None, alias="registeredaddresstown")
    registered_county: Text = Field(None, alias="registeredaddresscounty")
    registered_country: Text = Field(None, alias="registeredaddresscountry")
    registered_full_address: Text = None
    registered_single_line_address: Text = Field(None, alias="registeredaddresssingleline")
    registered_phone: Text = Field(None, alias="registeredtelephone")
    registered_fax: Text = Field(None, alias="regisiteredfax")  # spelt so in the document

    forward_first_name: Text = Field(None, alias="forwardaddressfirstname")
    forward_last_name: Text = Field(None, alias="forwardaddresslastname")
    forward_address_line_1: Text = None
    forward_address_line_2: Text = None
    forward_address_line_3: Text = None
    forward_town: Text = Field(None, alias="forwardaddresstown")
    forward_county: Text = Field(None, alias="forwardaddresscounty")
    forward_postcode: Text = Field(None, alias="forwardaddresspostcode")
    forward_country: Text = Field(None, alias="forwardaddresscountry")
    forward_phone: Text = Field(None, alias="forwardaddresstelephone")
    forward_fax: Text = Field(None, alias="forwardaddressfax")


class AccountPut(PutModel):
    """An account to write.

    "PUT (Minimum)" has `account_type`, a documented request does without: -1, Customer, is meant.
    """

    currency: MaybeCurrency = None
    name: Line = Field(serialization_alias="clientname")
    client_type: WrittenId
    end: Day = Field(serialization_alias="enddate")
    start: Day = Field(serialization_alias="startdate")
    account_type: WrittenId | None = Field(None, serialization_alias="accounttype_id")
    alias: Line255 | None = Field(None, serialization_alias="accountalias")
    address_line_1: Line255 | None = None
    address_line_2: Line255 | None = None
    address_line_3: Line255 | None = None
    broker_contact: WrittenId | None = Field(None, serialization_alias="agentcontact")
    agent_email: Line255 | None = None
    agent_reference: Line255 | None = None
    agent_type: WrittenId | None = None
    bank_account_name: Line255 | None = None
    bank_code: Line255 | None = None
    bank_name: Line | None = None
    bill_day: WrittenId | None = None
    broker: WrittenId | None = None
    campaign: WrittenId | None = Field(None, serialization_alias="campaign_id")
    charge_vat: WrittenFlag | None = None
    company_number: Line255 | None = Field(None, serialization_alias="companyno")
    contact: Line255 | None = None
    country: Line255 | None = None
    county: Line255 | None = None
    credit_limit: Money | None = None
    direct_debit_instructions: Line20 | None = Field(None, serialization_alias="ddi")
    direct_debit_reference: Line255 | None = Field(None, serialization_alias="ddreference")
    department_number: Line255 | None = None
    email: Line | None = Field(None, serialization_alias="emailaddress")
    email_invoice: WrittenFlag | None = None
    fax: Line | None = Field(None, serialization_alias="faxno")
    first_name: Line255 | None = None
    forward_country: Line255 | None = Field(None, serialization_alias="forwardaddresscountry")
    forward_county: Line255 | None = Field(None, serialization_alias="forwardaddresscounty")
    forward_fax: Line255 | None = Field(None, serialization_alias="forwardaddressfax")
    forward_first_name: Line255 | None = Field(None, serialization_alias="forwardaddressfirstname")
    forward_last_name: Line255 | None = Field(None, serialization_alias="forwardaddresslastname")
    forward_address_line_1: Line255 | None = None
    forward_address_line_2: Line255 | None = None
    forward_address_line_3: Line255 | None = None
    forward_postcode: Line20 | None = Field(None, serialization_alias="forwardaddresspostcode")
    forward_phone: Line255 | None = Field(None, serialization_alias="forwardaddresstelephone")
    forward_town: Line255 | None = Field(None, serialization_alias="forwardaddresstown")
    free_text: Line255 | None = None
    group_account: WrittenId | None = None
    include_brought_forward: WrittenFlag | None = Field(None, serialization_alias="includebfwd")
    include_itemised_bill: WrittenFlag | None = None
    include_statement: WrittenFlag | None = None
    industry: WrittenId | None = None
    invoice_bcc: Line | None = Field(None, serialization_alias="invoicebccaddress")
    invoice_cc: Line | None = Field(None, serialization_alias="invoiceccaddress")
    invoice_email: Line | None = Field(None, serialization_alias="invoiceemailaddress")
    lead_dadi_agent: WrittenFlag | None = None
    lead_source: WrittenId | None = None
    location: WrittenId | None = None
    meeting_package: WrittenId | None = Field(None, serialization_alias="meetingpackageid")
    mobile: Line | None = Field(None, serialization_alias="mobileno")
    on_account: WrittenFlag | None = None
    online_bill: WrittenFlag | None = None
    override_discount: WrittenPercent | None = None
    phone: Line | None = Field(None, serialization_alias="phoneno")
    postcode: Line20 | None = None
    print_invoice: WrittenFlag | None = None
    registered_country: Line255 | None = Field(None, serialization_alias="registeredaddresscountry")
    registered_county: Line255 | None = Field(None, serialization_alias="registeredaddresscounty")
    registered_address_line_1: Line255 | None = None
    registered_address_line_2: Line255 | None = None
    registered_address_line_3: Line255 | None = None
    registered_town: Line | None = Field(None, serialization_alias="registeredaddresstown")
    registered_fax: Line20 | None = Field(None, serialization_alias="regisiteredfax")
    registered_phone: Line20 | None = Field(None, serialization_alias="registeredtelephone")
    rental_payment_term: WrittenId | None = None
    rental_payment_type: WrittenId | None = None
    shopper_reference: Line255 | None = None
    show_call_details: WrittenFlag | None = None
    sic_code: Line255 | None = None
    standard_payment_term: WrittenId | None = None
    town: Line50 | None = None
    user: WrittenId | None = Field(None, serialization_alias="user_id")
    vat_number: Line255 | None = Field(None, serialization_alias="vatno")
    website: Url255 | None = None
    accounts_id: Line | None = None
    account_number: Line | None = Field(None, serialization_alias="accno")
    company_logo: Line | None = None
    last_name: Line | None = None
    payment_token: WrittenSecret | None = None
    registered_postcode: Line | None = Field(None, serialization_alias="registeredaddresspostcode")
    payment_type: WrittenId | None = None


class AccountCode(Stamped):
    """Section "Account Code": the code by which a device knows an account."""

    account_code_id: Key
    account: Id = None
    code: Text = Field(None, alias="accountcode")
    device_import: Id = None
    record_type: Id = None


class AccountCodePut(PutModel):
    """An account code to write."""

    account: WrittenId
    code: Line255 = Field(serialization_alias="accountcode")
    device_import: WrittenId


class AccountFixedExchangeRate(Stamped):
    """Section "Account Fixed Exchange Rate": an account's own rate of another currency."""

    account_fixed_exchange_rate_id: Key
    account: Id = None
    currency_id: Id = Field(None, alias="currencycode")
    end: Instant = Field(None, alias="enddate")
    exchange_rate: Number = None
    site_currency: Text = None
    start: Instant = Field(None, alias="startdate")


class AccountFixedExchangeRatePut(PutModel):
    """An account fixed exchange rate to write."""

    account: WrittenId
    currency_id: WrittenId = Field(serialization_alias="currencycode")
    end: Day = Field(serialization_alias="enddate")
    exchange_rate: WrittenNumber
    start: Day = Field(serialization_alias="startdate")


class AccountType(Stamped):
    """Section "Account Type": customer, converted lead and so on; some ids are negative."""

    account_type_id: Key
    name: Text = Field(None, alias="accounttypename")


class GroupAccount(Stamped):
    """Section "Group Account": accounts that belong together."""

    group_account_id: Key
    name: Text = Field(None, alias="groupaccountname")


class GroupAccountPut(PutModel):
    """A group account to write."""

    group_account_id: OwnId = ""
    name: Line255 = Field(serialization_alias="groupaccountname")


class MeetingCredit(Stamped):
    """Section "Meeting Credit": "reservationdiscount" in every address."""

    meeting_credit_id: Key = Field(alias="reservationdiscountid")
    discount: Number = None
    valid_from: Instant = None
    volume: Number = None
    valid_to: Instant = None


class MeetingCreditPut(PutModel):
    """A meeting credit to write."""

    product_group: WrittenId = Field(serialization_alias="productgroup_id")
    discount: WrittenNumber | None = None
    valid_from: Day | None = None
    volume: WrittenNumber | None = None
    valid_to: Day | None = None
    account: WrittenId | None = Field(None, serialization_alias="accountname")
    discount_type: WrittenId | None = Field(None, serialization_alias="discount_type")
