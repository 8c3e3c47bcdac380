"""Who sells: section "Organizations"."""

from __future__ import annotations

from pydantic import Field

from adapters.essensys.records import Flag, Id, Instant, Key, Secret, Stamped, Text
from adapters.essensys.writing import (
    Day,
    Line,
    Line2,
    Line20,
    Line30,
    Line40,
    Line50,
    Line255,
    PutModel,
    Url,
    Url255,
    WrittenFlag,
    WrittenId,
    WrittenSecret255,
)


class Organization(Stamped):
    """Section "Organization": the seller, with the secrets of its payment processor."""

    organization_id: Key
    name: Text = Field(None, alias="organizationname")
    aba: Text = None
    ach_account_name: Text = None
    ach_account_number: Text = Field(None, alias="achaccountno")
    ach_bank_address: Text = None
    address_line_1: Text = None
    address_line_2: Text = None
    address_line_3: Text = None
    agi_password: Secret = None
    bank_account_name: Text = Field(None, alias="accountname")  # a bank account's name
    bank_account_number: Text = Field(None, alias="accountno")
    bank_name: Text = None
    company_number: Text = Field(None, alias="companyno")
    direct_debit_fifth_digit: Text = Field(None, alias="ddfifthdigit")
    direct_debit_first_digit: Text = Field(None, alias="ddfirstdigit")
    direct_debit_fourth_digit: Text = Field(None, alias="ddforthdigit")
    direct_debit_originator_1: Text = Field(None, alias="ddoriginator1")
    direct_debit_originator_2: Text = Field(None, alias="ddoriginator2")
    direct_debit_originator_3: Text = Field(None, alias="ddoriginator3")
    direct_debit_second_digit: Text = Field(None, alias="ddseconddigit")
    direct_debit_sixth_digit: Text = Field(None, alias="ddsixthdigit")
    direct_debit_third_digit: Text = Field(None, alias="ddthirddigit")
    earliest_invoice_date: Instant = None
    enable_recurring_payments: Flag = None
    export_file_tag: Text = None
    full_address: Text = None
    iban: Text = None
    legal_address_1: Text = Field(None, alias="lgladdress_1")
    legal_address_3: Text = Field(None, alias="lgladdress_3")
    legal_country: Text = Field(None, alias="lglcountry")
    legal_county: Text = Field(None, alias="lglcounty")
    legal_postcode: Text = Field(None, alias="lglpostcode")
    legal_town: Text = Field(None, alias="lgltown")
    logo_url: Text = None
    legal_entity_code: Text = None
    merchant_id: Text = None
    payment_processor: Text = None
    processor_currency_code: Text = None
    processor_password: Secret = None
    processor_signature: Secret = None
    processor_uses_sandbox: Flag = Field(None, alias="processorusesandbox")
    processor_user_id: Secret = None
    record_type: Id = None
    single_line_address: Text = None
    sort_code: Text = None
    swift_code: Text = None
    vat_number: Text = None
    virtual_ach_url: Text = None
    virtual_credit_card_url: Text = None
    ach_bank_name: Text = None
    bank_address: Text = None


class OrganizationPut(PutModel):
    """An organization to write."""

    name: Line255 = Field(serialization_alias="organizationname")
    aba: Line255 | None = None
    ach_account_name: Line255 | None = None
    ach_account_number: Line255 | None = Field(None, serialization_alias="achaccountno")
    ach_bank_address: Line255 | None = None
    address_line_1: Line40 | None = None
    address_line_2: Line40 | None = None
    address_line_3: Line30 | None = None
    agi_password: WrittenSecret255 | None = None
    bank_account_name: Line255 | None = Field(None, serialization_alias="accountname")
    bank_account_number: Line20 | None = Field(None, serialization_alias="accountno")
    bank_name: Line255 | None = None
    company_number: Line50 | None = Field(None, serialization_alias="companyno")
    direct_debit_originator_1: Line2 | None = Field(None, serialization_alias="ddoriginator1")
    direct_debit_originator_2: Line2 | None = Field(None, serialization_alias="ddoriginator2")
    direct_debit_originator_3: Line2 | None = Field(None, serialization_alias="ddoriginator3")
    earliest_invoice_date: Day | None = None
    enable_recurring_payments: WrittenFlag | None = None
    export_file_tag: Line20 | None = None
    iban: Line255 | None = None
    legal_address_1: Line40 | None = Field(None, serialization_alias="lgladdress_1")
    legal_address_3: Line30 | None = Field(None, serialization_alias="lgladdress_3")
    legal_country: Line255 | None = Field(None, serialization_alias="lglcountry")
    legal_county: Line30 | None = Field(None, serialization_alias="lglcounty")
    legal_postcode: Line20 | None = Field(None, serialization_alias="lglpostcode")
    legal_town: Line30 | None = Field(None, serialization_alias="lgltown")
    legal_entity_code: Line255 | None = None
    merchant_id: Line255 | None = None
    payment_processor: Line255 | None = None
    processor_currency_code: Line255 | None = None
    processor_password: WrittenSecret255 | None = None
    processor_signature: WrittenSecret255 | None = None
    processor_uses_sandbox: WrittenFlag | None = Field(
        None, serialization_alias="processorusesandbox"
    )
    processor_user_id: WrittenSecret255 | None = None
    sort_code: Line20 | None = None
    swift_code: Line255 | None = None
    vat_number: Line20 | None = None
    virtual_ach_url: Url255 | None = None
    virtual_credit_card_url: Url255 | None = None
    ach_bank_name: Line | None = None
    bank_address: Line | None = None
    logo: Line | None = None
    other_contact_name: Line | None = None
    phone: Line | None = Field(None, serialization_alias="phoneno")
    website: Url | None = None


class ClientType(Stamped):
    """Section "Client Type": a kind of client, of an organization."""

    client_type_id: Key
    name: Text = Field(None, alias="clienttypename")
    charge_external_rates: Flag = None
    client_type_and_organization: Text = None
    organization: Id = None
    web_reservation_credit_card: Flag = Field(None, alias="webrescreditcard")
    residential_classification: Flag = None
    use_invoice_prefix: Flag = None
    virtual_classification: Flag = None


class GlCode(Stamped):
    """Section "GL Code": an account of the general ledger."""

    gl_code_id: Key
    name: Text = Field(None, alias="glcodename")
    client_retainer: Flag = None
    control_account: Id = None
    disable_delete: Flag = None
    forfeit_code: Flag = None
    go_cardless: Flag = None
    go_cardless_fee: Flag = None
    organization: Id = None
    retainer_liability: Flag = None


class GlCodePut(PutModel):
    """A general ledger code to write."""

    name: Line = Field(serialization_alias="glcodename")
    organization: WrittenId
    client_retainer: WrittenFlag | None = None
    disable_delete: WrittenFlag | None = None
    forfeit_code: WrittenFlag | None = None
    go_cardless: WrittenFlag | None = None
    go_cardless_fee: WrittenFlag | None = None
    retainer_liability: WrittenFlag | None = None
    code: Line | None = Field(None, serialization_alias="glcode")
