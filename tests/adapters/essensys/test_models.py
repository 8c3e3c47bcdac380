"""Records as read and as written, by the document's examples."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from adapters.essensys import formats
from adapters.essensys.models.accounts import Account
from adapters.essensys.models.accounts_receivable import Transaction
from adapters.essensys.models.charges import ChargeSheet, ChargeSheetPut, CurrentCharge
from adapters.essensys.models.contacts import Contact, ContactPut
from adapters.essensys.models.credit_notes import CreditNoteTemplatePut
from adapters.essensys.models.inventory import InventoryItemPut
from adapters.essensys.models.invoices import Invoice, InvoiceSummary
from adapters.essensys.models.leads import Lead
from adapters.essensys.models.licence_items import TransferReason
from adapters.essensys.models.locations import Location
from adapters.essensys.models.opportunities import OpportunityPut
from adapters.essensys.models.organizations import Organization, OrganizationPut
from adapters.essensys.models.portal import AttendeePut, EventPut
from adapters.essensys.records import Record, id_field
from adapters.http.errors import Unsendable
from tests.adapters.essensys.declared import MODELS, read_names
from tests.adapters.essensys.documents import example, needs_documents

LONDON = ZoneInfo("Europe/London")
WHITESPACE = {"@xml:space": "preserve", "#significant-whitespace": " "}


def documented_row(name: str) -> dict[str, Any]:
    response = example(f"{name}.get")["response"]
    (rows,) = (value for value in response.values() if isinstance(value, list))
    return dict(rows[0])


def charge_sheet(**changes: Any) -> ChargeSheetPut:
    values: dict[str, Any] = {
        "account": "2",
        "product": "73",
        "tax": "1",
        "quantity": Decimal(1),
        "unit_price": Decimal("1.00"),
        "currency": "GBP",
        "date_from": datetime(2017, 7, 22, 12, 20, tzinfo=LONDON),
        "date_to": datetime(2017, 7, 22, 12, 30, tzinfo=LONDON),
        "reference": "",
    }
    return ChargeSheetPut(**{**values, **changes})


def meaning(item: dict[str, str]) -> dict[str, Any]:
    """A written charge sheet with its values read: 22/7/2017 and 22/07/2017 are one day."""
    read: dict[str, Any] = dict(item)
    for name in ("datefrom", "dateto"):
        read[name] = formats.read_wall_time(item[name], LONDON)
    for name in ("quantity", "unitprice"):
        read[name] = formats.read_decimal(item[name])
    return read


@pytest.mark.parametrize("value", [None, "", " ", WHITESPACE], ids=str)
def test_every_field_but_the_id_may_be_empty_in_every_way(value: Any) -> None:
    for model in MODELS:
        row = dict.fromkeys(read_names(model), value)
        record = model.model_validate({**row, id_field(model): "-1", "unknown": value})

        assert list(record.unknown) == ["unknown"]


def test_secrets_are_read_but_neither_shown_nor_dumped() -> None:
    secret: dict[type[Record], list[str]] = {
        Organization: ["processoruserid", "processorpassword", "processorsignature", "agipassword"],
        Location: ["wifipassword"],
        Contact: ["password", "pinno"],
    }
    for model, fields in secret.items():
        record = model.model_validate({id_field(model): "1", **dict.fromkeys(fields, "Hush-1234")})

        assert "Hush" not in f"{record!r} {record} {record.model_dump()}"
        assert "Hush" not in record.model_dump_json()
        revealed = [value.get_secret_value() for _, value in record if isinstance(value, SecretStr)]
        assert revealed == ["Hush-1234"] * len(fields)


@needs_documents
def test_a_charge_sheet_reads_typed() -> None:
    sheet = ChargeSheet.model_validate(documented_row("chargesheet"))

    assert sheet.charge_sheet_id == "452326"
    assert sheet.account == "277754"
    assert sheet.quantity == Decimal(1)
    assert sheet.unit_price == Decimal("0.0000")
    assert sheet.created == datetime(2017, 7, 7, 10, 0, 55, tzinfo=UTC)
    assert sheet.reference is None


@needs_documents
def test_an_account_reads_typed() -> None:
    account = Account.model_validate(documented_row("account"))

    assert account.account_type == "-1"
    assert account.balance == Decimal(0)
    assert account.charge_vat is True
    assert account.has_active_licence is False
    assert account.earliest_transaction_allowed is None
    assert account.start is not None
    assert account.start.date() == date(2017, 10, 22)


@needs_documents
def test_a_current_charge_reads_its_whitespace_object_as_a_blank() -> None:
    charge = CurrentCharge.model_validate(documented_row("currentcharge"))

    assert charge.logged_by == " "
    assert charge.product_name == "Boardroom"


@needs_documents
def test_a_lead_reads_typed() -> None:
    lead = Lead.model_validate(documented_row("lead"))

    assert (lead.name, lead.first_name, lead.email) == ("Coalition", "Wellie", "a@a.com")
    assert (lead.location, lead.industry, lead.user) == ("4", "Accounting", "27")
    assert lead.lead_converted is True
    assert lead.event_start_date is None  # 2001-01-01
    assert lead.created == datetime(2016, 11, 29, 16, 37, 59, tzinfo=UTC)


@needs_documents
def test_an_invoice_reads_typed_and_keeps_its_days_and_its_zeros() -> None:
    invoice = Invoice.model_validate(documented_row("invoice"))
    summary = InvoiceSummary.model_validate(documented_row("invoicesummary"))

    assert (invoice.number, invoice.gross, invoice.tax) == ("08", Decimal(240), Decimal(40))
    assert invoice.due_date is not None
    assert invoice.due_date.date() == date(2017, 1, 31)
    assert summary.invoice_summary_id == "00001011000024"


@needs_documents
def test_flags_read_in_every_spelling_and_a_slip_in_a_time_is_understood() -> None:
    transaction = Transaction.model_validate(documented_row("transaction"))
    reason = TransferReason.model_validate(documented_row("lookuptransferreasons"))

    assert (transaction.bacs_exported, transaction.include_in_bacs_export) == (False, False)
    assert reason.updated == datetime(2017, 8, 8, 13, 53, 21, tzinfo=UTC)


def test_twins_and_row_numbers_are_dropped_and_unknown_fields_are_kept() -> None:
    sheet = ChargeSheet.model_validate(
        {
            "chargesheetid": 7,
            "outputvalue_chargesheetid": "seven",
            "output_imageurl": "x",
            "row_num": "4",
            "purchaseorder": "PO-1",
        }
    )

    assert sheet.charge_sheet_id == "7"
    assert sheet.unknown == {"purchaseorder": "PO-1"}


def test_a_record_shows_its_id_and_nothing_else() -> None:
    account = Account.model_validate({"accountid": "5", "emailaddress": "sam@example.com"})

    assert repr(account) == "Account(account_id='5')"
    assert str(account) == "account_id='5'"


@needs_documents
def test_a_full_charge_sheet_means_what_the_documented_body_means() -> None:
    (documented,) = example("chargesheet.put_full")["chargesheets"]

    assert meaning(charge_sheet().to_wire(LONDON)) == meaning(documented)


@needs_documents
def test_a_charge_sheet_without_reference_means_what_the_minimum_body_means() -> None:
    (documented,) = example("chargesheet.put_min")["chargesheets"]
    start = datetime(2017, 7, 22, 12, 23, tzinfo=LONDON)

    written = charge_sheet(reference=None, date_from=start).to_wire(LONDON)

    assert meaning(written) == meaning(documented)


def test_a_charge_sheet_is_written_as_texts_on_the_connections_clock() -> None:
    written = charge_sheet(
        quantity=Decimal("1.50"),
        unit_price=Decimal(66),
        currency="EUR",
        date_from=datetime(2024, 7, 1, 9, 30, 59, tzinfo=UTC),
        date_to=datetime(2024, 7, 1, 10, 30, tzinfo=UTC),
        reference="Invoice 211706, line 1",
    ).to_wire(LONDON)

    assert written == {
        "accountname": "2",
        "product": "73",
        "tax": "1",
        "quantity": "1.5",
        "unitprice": "€66.00",
        "datefrom": "01/07/2024 10:30",
        "dateto": "01/07/2024 11:30",
        "referencetext": "Invoice 211706, line 1",
    }


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"reference": "x" * 256}, "reference: .*255"),
        ({"reference": "line\nbreak"}, "reference: .*cannot be printed"),
        ({"reference": " x"}, "reference: .*blanks at its ends"),
        ({"reference": "O'Brien"}, "reference: .*contains a quote"),
        ({"unit_price": Decimal("1.005")}, "unit_price: .*more than 2 decimals"),
        ({"unit_price": Decimal("-1")}, "unit_price: .*negative"),
        ({"unit_price": Decimal("NaN")}, "unit_price: "),
        ({"unit_price": 1.5}, "unit_price: "),
        ({"unit_price": "1.50"}, "unit_price: "),
        ({"quantity": Decimal(0)}, "quantity: .*greater than 0"),
        ({"currency": "XAU"}, "currency: .*no known symbol"),
        ({"date_from": datetime(2017, 7, 22)}, "date_from: .*timezone"),
        ({"date_from": datetime(2018, 1, 1, tzinfo=UTC)}, "date_to: .*is before date_from"),
        ({"account": ""}, "account: .*is no id"),
        ({"account": 2}, "account: "),
        ({"colour": "red"}, "colour: "),
    ],
)
def test_what_cannot_be_said_is_refused_before_it_is_sent(
    change: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unsendable, match=f"^ChargeSheetPut: .*{reason}") as refusal:
        charge_sheet(**change)

    assert len(str(refusal.value).splitlines()) == 1


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Unsendable, match=r"product: .*; tax: "):
        charge_sheet(product="", tax="")


def test_amounts_need_a_currency_unless_they_are_written_without_a_symbol() -> None:
    with pytest.raises(Unsendable, match=r"^AttendeePut: fee_paid: needs a currency$"):
        AttendeePut(event="144", fee_paid=Decimal(5))
    for unknown in ("XAU", ""):
        with pytest.raises(Unsendable, match=r"^AttendeePut: currency: [^:]*$"):
            AttendeePut(event="144", fee_paid=Decimal(5), currency=unknown)

    attendee = AttendeePut(event="144", fee_paid=Decimal(5), currency="EUR")
    assert attendee.to_wire()["feepaid"] == "€5.00"
    opportunity = OpportunityPut(
        account="12", location="1", name="x", close_date=date(2017, 10, 22), amount=Decimal(5)
    )
    assert opportunity.to_wire()["amount"] == "5.00"


def test_the_own_id_of_a_new_record_is_empty_where_the_minimum_has_it() -> None:
    assert AttendeePut(event="144").to_wire() == {"attendeeid": "", "event": "144"}
    assert AttendeePut(event="144", attendee_id="5").to_wire()["attendeeid"] == "5"


def test_html_is_written_as_an_object_and_a_selection_as_a_list_in_a_text() -> None:
    event = EventPut(name="JFF", location="1", merge_field="2", email_message={"strong": "html"})
    item = InventoryItemPut(
        group="40", location="1", name="Fob", available_at=("Aldgate Tower", "North")
    )

    assert event.to_wire()["emailmessage"] == {"strong": "html"}
    assert item.to_wire()["availableat"] == "Aldgate Tower, North"
    with pytest.raises(Unsendable, match="terms_and_conditions: "):
        CreditNoteTemplatePut(
            merge_field="1", paper_size="A4", name="x", title="x", terms_and_conditions={}
        )


def test_a_secret_is_written_and_not_shown() -> None:
    contact = ContactPut(first_name="M", mobile_cell="1", password=SecretStr("Hush-1234"))
    organization = OrganizationPut(name="x", processor_password=SecretStr("Hush-1234"))

    assert "Hush" not in f"{contact!r} {contact.model_dump()} {organization!r}"
    assert contact.to_wire()["password"] == "Hush-1234"
    assert organization.to_wire()["processorpassword"] == "Hush-1234"
    with pytest.raises(Unsendable) as refusal:
        ContactPut(first_name="M", mobile_cell="1", password=SecretStr("Hush" * 20))
    assert "Hush" not in str(refusal.value)
