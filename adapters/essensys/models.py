"""The records of essensys that we read and write, one class each; every field as documented.

Attribute names say what a field holds, aliases are the document's names: `accountname` is an
account's id in all the charges below. All read fields but the id may be None.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, ValidationInfo, field_validator

from adapters.essensys.records import (
    CurrencyCode,
    Flag,
    Id,
    Instant,
    Key,
    Money,
    Number,
    Percent,
    PutModel,
    Quantity,
    Record,
    Text,
    WallTime,
    WrittenId,
    WrittenText,
)


class Charge(Record):
    """What Charge Sheet, Batch Charge Sheet and Booking Charge share, their ids included.

    `date_from` and `date_to` may be wall time labelled +00:00 (see formats.same_minute).
    """

    charge_sheet_id: Key = Field(alias="chargesheetid")
    account: Id = Field(None, alias="accountname")
    client_type: Id = Field(None, alias="clienttype")
    location: Id = None
    product: Id = None
    product_group: Id = Field(None, alias="productgroup")
    tax: Id = None
    quantity: Number = None
    unit_price: Number = Field(None, alias="unitprice")
    total_price: Number = Field(None, alias="totalprice")
    date_from: Instant = Field(None, alias="datefrom")
    date_to: Instant = Field(None, alias="dateto")
    reference: Text = Field(None, alias="referencetext")
    created_by: Text = Field(None, alias="createdby")
    created: Instant = Field(None, alias="creationdate")
    updated_by: Text = Field(None, alias="updatedby")
    updated: Instant = Field(None, alias="updatedate")


class ChargeSheet(Charge):
    """Section "Charge Sheet": one charge for one account and product.

    `reference` can be written, but neither the field table nor the GET example shows it: None
    may mean "not shown".
    """

    account_full_name: Text = Field(None, alias="accountfullname")


class BatchChargeSheet(Charge):
    """Section "Batch Charge Sheet"; `reference` is readable."""

    batch_sheet: Id = Field(None, alias="batchsheet")
    location_name: Id = Field(None, alias="locationname")  # an id, as the table says
    markup: Text = None  # "% or currency value"
    markup_type: Id = Field(None, alias="markuptype")  # 1 = %, 2 = currency amount


class BookingCharge(Charge):
    """Section "Booking Charge"; `reference` is readable."""

    booking: Id = None
    bundled_product: Id = Field(None, alias="bundledproduct")
    delegate_charge: Flag = Field(None, alias="delegatecharge")
    location_name: Id = Field(None, alias="locationname")  # an id, as the table says
    markup: Text = None
    markup_type: Id = Field(None, alias="markuptype")  # 1 = %, 2 = currency amount


class CurrentCharge(Record):
    """Section "Current Charge": what the next bill run will bill. Product and group are names."""

    current_charge_id: Key = Field(alias="currentchargeid")
    account: Id = None
    product_name: Text = Field(None, alias="product")
    product_group_name: Text = Field(None, alias="productgroup")
    quantity: Number = None
    unit_price: Number = Field(None, alias="unitprice")
    net: Number = None
    tax_rate: Number = Field(None, alias="taxrate")  # a fraction: 0.2 is 20 %
    start: Instant = Field(None, alias="startdate")
    reference: Text = Field(None, alias="referencetext")
    logged_by: Text = Field(None, alias="loggedby")
    created_by: Text = Field(None, alias="createdby")
    created: Instant = Field(None, alias="creationdate")
    updated_by: Text = Field(None, alias="updatedby")
    updated: Instant = Field(None, alias="updatedate")


class InvoiceLine(Record):
    """Section "Invoice Line". `accounts_id` is not an account's id: it is `accountsid`, as said."""

    draft_invoice_line_id: Key = Field(alias="draftinvoicelineid")
    invoice: Id = None
    accounts_id: Id = Field(None, alias="accountsid")
    bundled_product: Id = Field(None, alias="bundledproduct")
    original_bundle: Id = Field(None, alias="originalbundle")
    discount_from_list: Number = Field(None, alias="discountfromlist")
    list_price: Number = Field(None, alias="listprice")
    quantity: Number = None
    date_from: Instant = Field(None, alias="from")
    date_to: Instant = Field(None, alias="to")
    gl_code: Text = Field(None, alias="glcode")
    location: Id = None
    markup: Text = None
    markup_type: Id = Field(None, alias="markuptype")
    order: Number = None
    product: Id = None
    product_group: Id = Field(None, alias="productgroup")
    reference: Text = Field(None, alias="referencetext")
    tax: Id = None
    tax_code: Text = Field(None, alias="taxcode")
    tax_name: Id = Field(None, alias="taxname")
    tax_rate: Percent = Field(None, alias="taxrate")  # a fraction: 0.2 is 20 %
    created_by: Text = Field(None, alias="createdby")
    created: Instant = Field(None, alias="creationdate")
    updated_by: Text = Field(None, alias="updatedby")
    updated: Instant = Field(None, alias="updatedate")


class Account(Record):
    """Section "Account": a prospect, customer or broker. Full of personal data: never log one."""

    account_id: Key = Field(alias="accountid")
    name: Text = Field(None, alias="clientname")
    alias: Text = Field(None, alias="accountalias")
    account_type: Id = Field(None, alias="accounttype_id")  # -1 is Customer
    client_type: Id = Field(None, alias="clienttype")
    group_account: Id = Field(None, alias="groupaccount")
    record_type: Id = Field(None, alias="recordtype")
    location: Id = None
    organization: Id = None
    broker: Id = None
    broker_contact: Id = Field(None, alias="agentcontact")
    broker_first_name: Text = Field(None, alias="brokerfirstname")
    broker_last_name: Text = Field(None, alias="brokerlastname")
    agent_type: Id = Field(None, alias="agenttype")
    agent_email: Text = Field(None, alias="agentemail")
    agent_reference: Text = Field(None, alias="agentreference")
    campaign: Id = Field(None, alias="campaign_id")
    industry: Id = None
    lead_source: Id = Field(None, alias="leadsource")
    meeting_package: Id = Field(None, alias="meetingpackageid")
    user: Id = Field(None, alias="user_id")
    lead_dadi_agent: Flag = Field(None, alias="leaddadiagent")
    lead_dadi_id: Id = Field(None, alias="leaddadiid")

    balance: Number = None
    credit_limit: Number = Field(None, alias="creditlimit")
    deposit: Number = None
    override_discount: Percent = Field(None, alias="overridediscount")
    charge_vat: Flag = Field(None, alias="chargevat")
    vat_number: Text = Field(None, alias="vatno")
    bill_day: Id = Field(None, alias="billday")
    on_account: Flag = Field(None, alias="onaccount")
    online_bill: Flag = Field(None, alias="onlinebill")
    email_invoice: Flag = Field(None, alias="emailinvoice")
    print_invoice: Flag = Field(None, alias="printinvoice")
    include_brought_forward: Flag = Field(None, alias="includebfwd")
    include_itemised_bill: Flag = Field(None, alias="includeitemisedbill")
    include_statement: Flag = Field(None, alias="includestatement")
    show_call_details: Flag = Field(None, alias="showcalldetails")
    standard_payment_term: Id = Field(None, alias="standardpaymentterm")
    rental_payment_term: Text = Field(None, alias="rentalpaymentterm")  # a name, as the table says
    rental_payment_type: Text = Field(None, alias="rentalpaymenttype")  # a name, as the table says
    bank_account_name: Text = Field(None, alias="bankaccountname")
    bank_code: Text = Field(None, alias="bankcode")
    bank_name: Text = Field(None, alias="bankname")
    direct_debit_instructions: Text = Field(None, alias="ddi")
    direct_debit_reference: Text = Field(None, alias="ddreference")
    shopper_reference: Text = Field(None, alias="shopperreference")

    has_active_licence: Flag = Field(None, alias="hasactivelicence")
    is_external: Flag = Field(None, alias="isexternal")
    is_residential: Flag = Field(None, alias="isresidential")
    is_virtual: Flag = Field(None, alias="isvirtual")
    start: Instant = Field(None, alias="startdate")
    end: Instant = Field(None, alias="enddate")
    last_invoice: Instant = Field(None, alias="lastinvoicedate")
    earliest_transaction_allowed: Instant = Field(None, alias="earliesttransactiondateallowed")
    free_text: Text = Field(None, alias="freetext")
    unit_numbers: Text = Field(None, alias="unitnumbers")
    department_number: Text = Field(None, alias="departmentnumber")
    company_number: Text = Field(None, alias="companyno")
    company_logo_url: Text = Field(None, alias="companylogourl")
    sic_code: Text = Field(None, alias="siccode")
    website: Text = None

    contact: Text = None
    first_name: Text = Field(None, alias="firstname")
    email: Text = Field(None, alias="emailaddress")
    invoice_email: Text = Field(None, alias="invoiceemailaddress")
    invoice_cc: Text = Field(None, alias="invoiceccaddress")
    invoice_bcc: Text = Field(None, alias="invoicebccaddress")
    phone: Text = Field(None, alias="phoneno")
    mobile: Text = Field(None, alias="mobileno")
    fax: Text = Field(None, alias="faxno")
    address_line_1: Text = Field(None, alias="addressline1")
    address_line_2: Text = Field(None, alias="addressline2")
    address_line_3: Text = Field(None, alias="addressline3")
    town: Text = None
    county: Text = None
    postcode: Text = None
    country: Text = None
    full_address: Text = Field(None, alias="fulladdress")
    single_line_address: Text = Field(None, alias="singlelineaddress")

    registered_address_line_1: Text = Field(None, alias="registeredaddressline1")
    registered_address_line_2: Text = Field(None, alias="registeredaddressline2")
    registered_address_line_3: Text = Field(None, alias="registeredaddressline3")
    registered_town: Text = Field(None, alias="registeredaddresstown")
    registered_county: Text = Field(None, alias="registeredaddresscounty")
    registered_country: Text = Field(None, alias="registeredaddresscountry")
    registered_full_address: Text = Field(None, alias="registeredfulladdress")
    registered_single_line_address: Text = Field(None, alias="registeredaddresssingleline")
    registered_phone: Text = Field(None, alias="registeredtelephone")
    registered_fax: Text = Field(None, alias="regisiteredfax")  # spelt so in the document

    forward_first_name: Text = Field(None, alias="forwardaddressfirstname")
    forward_last_name: Text = Field(None, alias="forwardaddresslastname")
    forward_address_line_1: Text = Field(None, alias="forwardaddressline1")
    forward_address_line_2: Text = Field(None, alias="forwardaddressline2")
    forward_address_line_3: Text = Field(None, alias="forwardaddressline3")
    forward_town: Text = Field(None, alias="forwardaddresstown")
    forward_county: Text = Field(None, alias="forwardaddresscounty")
    forward_postcode: Text = Field(None, alias="forwardaddresspostcode")
    forward_country: Text = Field(None, alias="forwardaddresscountry")
    forward_phone: Text = Field(None, alias="forwardaddresstelephone")
    forward_fax: Text = Field(None, alias="forwardaddressfax")

    created_by: Text = Field(None, alias="createdby")
    created: Instant = Field(None, alias="creationdate")
    updated_by: Text = Field(None, alias="updatedby")
    updated: Instant = Field(None, alias="updatedate")


class ChargeSheetPut(PutModel):
    """A charge sheet to write, "PUT (Full)"; without a reference "PUT (Minimum)".

    `unit_price` is in `currency` (ISO 4217) and net of tax; it has at most two decimals and is
    not negative. `reference` is printed on the invoice and is what a lost answer is looked up by:
    printable, at most 255 characters, nothing that a query cannot hold. Seconds are cut.
    """

    account: WrittenId = Field(serialization_alias="accountname")
    product: WrittenId
    tax: WrittenId
    quantity: Quantity
    unit_price: Money = Field(serialization_alias="unitprice")
    currency: CurrencyCode
    date_from: WallTime = Field(serialization_alias="datefrom")
    date_to: WallTime = Field(serialization_alias="dateto")
    reference: WrittenText | None = Field(None, serialization_alias="referencetext")

    @field_validator("date_to")
    @classmethod
    def _in_order(cls, date_to: datetime, so_far: ValidationInfo) -> datetime:
        date_from = so_far.data.get("date_from")
        if date_from is not None and date_to < date_from:
            raise ValueError("is before date_from")
        return date_to
