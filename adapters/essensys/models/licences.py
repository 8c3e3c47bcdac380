"""The licence itself: section "Licensing"."""

from __future__ import annotations

from pydantic import Field

from adapters.essensys.records import Flag, Id, Instant, Key, Number, Percent, Stamped, Text
from adapters.essensys.writing import (
    Day,
    Line,
    Line10,
    Line255,
    Long,
    Long32767,
    MaybeCurrency,
    Money,
    PutModel,
    WallTime,
    WrittenFlag,
    WrittenId,
    WrittenNumber,
    WrittenPercent,
    WrittenReference,
    WrittenSecret,
)


class Licence(Stamped):
    """Section "Licence": the contract for an office. Lists in one text are joined by `<br>`."""

    licence_id: Key
    name: Text = Field(None, alias="licencename")
    account: Id = Field(None, alias="accountname")
    workstations: Number = None
    additional_deposit: Number = None
    additional_product_names: Text = None
    additional_product_prices: Text = None
    additional_product_quantities: Text = None
    additional_product_total_prices: Text = None
    address_line_1: Text = None
    address_line_2: Text = None
    address_line_3: Text = None
    agreement_number: Text = Field(None, alias="agreementno")
    agreement_type: Id = None
    approved_by: Id = None
    auto_renew: Flag = None
    contact_id: Id = None
    billing_pattern: Id = None
    client_type: Id = None
    company_number: Text = Field(None, alias="companyno")
    contact: Id = None
    contract_discount: Percent = None
    contract_list_price: Number = None
    contract_service_names: Text = None
    contract_service_prices: Text = None
    contract_service_quantities: Text = None
    contract_service_total_prices: Text = None
    contract_value: Number = None
    counter_sign_user: Id = None
    country: Text = None
    county: Text = None
    deposit_held: Number = None
    direct_debit: Flag = None
    email: Text = Field(None, alias="emailaddress")
    end: Instant = Field(None, alias="enddate")
    escalate_by: Number = None
    escalation_months: Number = None
    expansion_value: Number = None
    fax: Text = Field(None, alias="faxno")
    industry: Id = None
    items: Text = None
    lead_source: Id = None
    licence_status: Text = None
    licence_template: Id = None
    licence_type: Id = None
    location: Id = Field(None, alias="locationname")
    mandatory_charges_loaded: Flag = None
    meeting_package: Id = Field(None, alias="meetingpackageid")
    mobile: Text = Field(None, alias="mobileno")
    monthly_gross: Number = None
    monthly_office: Number = None
    monthly_office_tax: Number = None
    monthly_service: Number = None
    monthly_service_tax: Number = None
    monthly_tax: Number = None
    monthly_total: Number = None
    monthly_virtual: Number = None
    monthly_virtual_tax: Number = None
    new_member: Flag = None
    notice_given: Flag = None  # "1" in the example
    notice_period: Number = None
    offices: Text = None
    onboarding_email_sent: Flag = None
    opportunity: Id = None
    opportunity_type: Id = None
    original_licence_agreement_id: Id = None
    phone: Text = Field(None, alias="phoneno")
    postcode: Text = None
    quote_id: Id = None
    quote_option_id: Id = None
    registered_address_line_1: Text = None
    registered_address_line_2: Text = None
    registered_address_line_3: Text = None
    registered_country: Text = None
    registered_county: Text = None
    registered_fax: Text = Field(None, alias="registeredfaxno")
    registered_postcode: Text = None
    registered_phone: Text = Field(None, alias="registeredphoneno")
    registered_town: Text = None
    renewal_term: Number = None
    renewed: Flag = None
    renewing: Flag = None
    rent_uplift: Percent = None
    rent_schedule_months: Text = None
    rent_schedule_prices: Text = None
    rent_value: Number = None
    rolling_licence: Flag = None
    rolling_break_dates: Flag = None
    salesperson: Id = None
    schedule: Id = None
    service_uplift: Percent = None
    service_value: Number = None
    services: Text = None
    show_break_dates: Flag = None
    special_terms: Text = None
    start: Instant = Field(None, alias="startdate")
    licence_status_id: Id = None
    sum_insured: Number = None
    surety_address_1: Text = None
    surety_address_2: Text = None
    surety_address_3: Text = None
    surety_contact: Text = None
    surety_country: Text = None
    surety_county: Text = None
    surety_email: Text = None
    surety_mobile: Text = None
    surety_postcode: Text = None
    surety_required: Flag = None
    surety_telephone: Text = None
    surety_town: Text = None
    tax_number: Text = None
    term_months: Number = None
    term_days: Number = None
    town: Text = None
    transferred: Flag = None
    transferring: Flag = None
    value_of_goods: Number = None
    virtual_uplift: Percent = None
    virtual_value: Number = None


class LicencePut(PutModel):
    """A licence to write."""

    currency: MaybeCurrency = None
    account: WrittenId = Field(serialization_alias="accountname")
    name: Line = Field(serialization_alias="licencename")
    location: WrittenId = Field(serialization_alias="locationname")
    workstations: WrittenNumber | None = None
    address_line_1: Line255 | None = None
    address_line_2: Line255 | None = None
    address_line_3: Line255 | None = None
    agreement_type: WrittenId | None = None
    approved_by: WrittenId | None = None
    auto_renew: WrittenFlag | None = None
    contact_id: WrittenId | None = None
    billing_pattern: WrittenId | None = None
    client_type: WrittenId | None = None
    company_number: Line | None = Field(None, serialization_alias="companyno")
    contact: WrittenId | None = None
    contract_discount: WrittenPercent | None = None
    contract_list_price: Money | None = None
    contract_value: Money | None = None
    counter_sign_user: WrittenId | None = None
    country: Line | None = None
    county: Line | None = None
    deposit_held: Money | None = None
    direct_debit: WrittenFlag | None = None
    end: Day | None = Field(None, serialization_alias="enddate")
    escalate_by: WrittenNumber | None = None
    escalation_months: WrittenNumber | None = None
    expansion_value: Money | None = None
    fax: Line | None = Field(None, serialization_alias="faxno")
    industry: WrittenId | None = None
    items: Line | None = None
    lead_source: WrittenId | None = None
    licence_template: WrittenId | None = None
    licence_type: WrittenId | None = None
    mandatory_charges_loaded: WrittenFlag | None = None
    meeting_package: WrittenId | None = Field(None, serialization_alias="meetingpackageid")
    mobile: Line | None = Field(None, serialization_alias="mobileno")
    new_member: WrittenFlag | None = None
    notice_period: WrittenNumber | None = None
    onboarding_email_sent: WrittenFlag | None = None
    opportunity: WrittenId | None = None
    opportunity_type: WrittenId | None = None
    original_licence_agreement_id: WrittenId | None = None
    postcode: Line10 | None = None
    quote_id: WrittenId | None = None
    quote_option_id: WrittenId | None = None
    registered_address_line_1: Line255 | None = None
    registered_address_line_2: Line255 | None = None
    registered_address_line_3: Line255 | None = None
    registered_country: Line255 | None = None
    registered_county: Line255 | None = None
    registered_fax: Line | None = Field(None, serialization_alias="registeredfaxno")
    registered_postcode: Line10 | None = None
    registered_phone: Line | None = Field(None, serialization_alias="registeredphoneno")
    registered_town: Line255 | None = None
    renewal_term: WrittenNumber | None = None
    renewed: WrittenFlag | None = None
    renewing: WrittenFlag | None = None
    rent_uplift: WrittenPercent | None = None
    rent_value: Money | None = None
    rolling_licence: WrittenFlag | None = None
    rolling_break_dates: WrittenFlag | None = None
    salesperson: WrittenId | None = None
    schedule: WrittenId | None = None
    service_uplift: WrittenPercent | None = None
    service_value: Money | None = None
    show_break_dates: WrittenFlag | None = None
    special_terms: Long32767 | None = None
    start: Day | None = Field(None, serialization_alias="startdate")
    licence_status_id: WrittenId | None = None
    sum_insured: Money | None = None
    surety_address_1: Line255 | None = None
    surety_address_2: Line255 | None = None
    surety_address_3: Line255 | None = None
    surety_contact: Line255 | None = None
    surety_country: Line255 | None = None
    surety_county: Line255 | None = None
    surety_email: Line255 | None = None
    surety_mobile: Line255 | None = None
    surety_postcode: Line255 | None = None
    surety_required: WrittenFlag | None = None
    surety_telephone: Line255 | None = None
    surety_town: Line255 | None = None
    tax_number: Line255 | None = None
    term_months: WrittenNumber | None = None
    term_days: WrittenNumber | None = None
    town: Line255 | None = None
    transferred: WrittenFlag | None = None
    transferring: WrittenFlag | None = None
    value_of_goods: Money | None = None
    virtual_uplift: WrittenPercent | None = None
    virtual_value: Money | None = None
    account_reference: Line | None = Field(None, serialization_alias="accountreferencetext")
    approval_requestor: WrittenId | None = None
    comments: Long | None = None
    e_countersigned: WallTime | None = Field(None, serialization_alias="dateecountersigned")
    e_signed: WallTime | None = Field(None, serialization_alias="dateesigned")
    licence_issued: WallTime | None = Field(None, serialization_alias="datelicenceissued")
    licence_signed: Day | None = Field(None, serialization_alias="datelicencesigned")
    notice_given_on: Day | None = Field(None, serialization_alias="datenoticegiven")
    escalation_date: Day | None = None
    e_sign_status: WrittenSecret | None = None
    excluded_services: Long | None = None
    expected_move_out: Day | None = None
    included_services: Long | None = None
    licence_issued_by: Line | None = None
    new_licence_agreement_id: WrittenId | None = None
    office_names: Line | None = None
    original_end: Day | None = Field(None, serialization_alias="originalenddate")
    parking_spaces: WrittenNumber | None = None
    unapproved_reason: Long | None = None
    reference: WrittenReference | None = Field(None, serialization_alias="referencetext")
    renewal_start: Day | None = Field(None, serialization_alias="renewalstartdate")
    service_names: Line | None = None
    terminated_by: Line | None = None
    terminated_on: WallTime | None = None
    termination_date: Day | None = None
    transfer_licence_agreement_id: WrittenId | None = Field(
        None, serialization_alias="trlicenceagreementid"
    )
    virtual_names: Line | None = None
