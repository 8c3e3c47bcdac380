"""Records as read and as written, by the document's examples."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.essensys import formats, models
from adapters.essensys.models import ChargeSheetPut
from adapters.essensys.records import Record
from adapters.http.errors import Unsendable
from tests.adapters.essensys.documents import example, needs_documents

LONDON = ZoneInfo("Europe/London")
READ = {
    "account": models.Account,
    "batchchargesheet": models.BatchChargeSheet,
    "bookingcharge": models.BookingCharge,
    "chargesheet": models.ChargeSheet,
    "currentcharge": models.CurrentCharge,
    "invoiceline": models.InvoiceLine,
}


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


@needs_documents
@pytest.mark.parametrize(("name", "model"), READ.items())
def test_the_documented_example_is_read_without_an_unknown_field(
    name: str, model: type[Record]
) -> None:
    record = model.model_validate(documented_row(name))

    assert record.unknown == {}


@needs_documents
def test_a_charge_sheet_reads_typed() -> None:
    sheet = models.ChargeSheet.model_validate(documented_row("chargesheet"))

    assert sheet.charge_sheet_id == "452326"
    assert sheet.account == "277754"
    assert sheet.quantity == Decimal(1)
    assert sheet.unit_price == Decimal("0.0000")
    assert sheet.created == datetime(2017, 7, 7, 10, 0, 55, tzinfo=UTC)
    assert sheet.reference is None


@needs_documents
def test_an_account_reads_typed() -> None:
    account = models.Account.model_validate(documented_row("account"))

    assert account.account_type == "-1"
    assert account.balance == Decimal(0)
    assert account.charge_vat is True
    assert account.has_active_licence is False
    assert account.earliest_transaction_allowed is None
    assert account.start is not None
    assert account.start.date() == date(2017, 10, 22)


@needs_documents
def test_a_current_charge_reads_its_whitespace_object_as_a_blank() -> None:
    charge = models.CurrentCharge.model_validate(documented_row("currentcharge"))

    assert charge.logged_by == " "
    assert charge.product_name == "Boardroom"


def test_twins_and_row_numbers_are_dropped_and_unknown_fields_are_kept() -> None:
    sheet = models.ChargeSheet.model_validate(
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
    account = models.Account.model_validate({"accountid": "5", "emailaddress": "sam@example.com"})

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
