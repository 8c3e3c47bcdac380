"""The table of essensys resources: what each is called where, as data.

Paths are sent in lower case; a plural key is not path + "s" (the document's own list decides).
A new resource is its model (models.py), one entry here and one line in EssensysClient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Never, TypeVar

from adapters.essensys.models import (
    Account,
    BatchChargeSheet,
    BookingCharge,
    ChargeSheet,
    ChargeSheetPut,
    CurrentCharge,
    InvoiceLine,
)
from adapters.essensys.records import PutModel, Record

R = TypeVar("R", bound=Record)
P = TypeVar("P", bound=PutModel)


@dataclass(frozen=True, slots=True)
class ResourceSpec(Generic[R, P]):
    """One resource. Without a put model it is read only (`Never` then tells the type checker)."""

    path: str  # below /api/1.0/
    key: str  # of the list in a read answer
    id_field: str
    model: type[R]
    put_model: type[P] | None = None
    put_key: str | None = None  # of the list in a PUT body, where it is another than `key`
    deletable: bool = False  # DELETE is documented


CHARGE_SHEETS: ResourceSpec[ChargeSheet, ChargeSheetPut] = ResourceSpec(
    path="chargesheet",
    key="chargesheets",
    id_field="chargesheetid",
    model=ChargeSheet,
    put_model=ChargeSheetPut,
    deletable=True,
)
CURRENT_CHARGES: ResourceSpec[CurrentCharge, Never] = ResourceSpec(
    path="currentcharge",
    key="currentcharges",
    id_field="currentchargeid",
    model=CurrentCharge,
)
BATCH_CHARGE_SHEETS: ResourceSpec[BatchChargeSheet, Never] = ResourceSpec(
    path="batchchargesheet",
    key="batchchargesheets",
    id_field="chargesheetid",
    model=BatchChargeSheet,
)
BOOKING_CHARGES: ResourceSpec[BookingCharge, Never] = ResourceSpec(
    path="bookingcharge",
    key="bookingcharges",
    id_field="chargesheetid",
    model=BookingCharge,
)
INVOICE_LINES: ResourceSpec[InvoiceLine, Never] = ResourceSpec(
    path="invoiceline",
    key="invoicelines",
    id_field="draftinvoicelineid",
    model=InvoiceLine,
)
ACCOUNTS: ResourceSpec[Account, Never] = ResourceSpec(
    path="account",
    key="accounts",
    id_field="accountid",
    model=Account,
    deletable=True,
)
