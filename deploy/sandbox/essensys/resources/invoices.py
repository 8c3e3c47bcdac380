"""Section "Invoices": the lines of issued invoices."""

from __future__ import annotations

from decimal import Decimal

from deploy.sandbox.collection import Record
from deploy.sandbox.essensys.data import EssensysData
from deploy.sandbox.essensys.fields import audit, date, fixed, number
from deploy.sandbox.essensys.inputs import plain
from deploy.sandbox.essensys.resource import Resource
from deploy.sandbox.essensys.resources.charges import (
    LOCATION,
    MARKUP,
    PRODUCT,
    REFERENCE_TEXT,
    tax_name,
    tax_rate,
)


def _rate_percent(data: EssensysData, record: Record) -> str:
    return plain(Decimal(tax_rate(data, record)) * 100) + "%"


def _tax_id(_data: EssensysData, record: Record) -> str:
    tax: str = record["tax"]
    return tax


def _price(_data: EssensysData, record: Record) -> str:
    return plain(Decimal(record["unitprice"]))


INVOICE_LINE = (
    fixed("accountsid", "1"),
    fixed("bundledproduct", "0", twin=None),
    *audit("created"),
    number("discountfromlist", lambda _data, _record: "0"),
    number("draftinvoicelineid"),
    date("from", lambda _data, record: record["datefrom"]),
    fixed("glcode", "1000"),
    number("invoice", twin=None),
    number("listprice", _price),
    LOCATION,
    *MARKUP,
    fixed("order", "1"),
    fixed("originalbundle", "0"),
    *PRODUCT,
    number("quantity"),
    REFERENCE_TEXT,
    number("tax", twin=tax_rate),
    fixed("taxcode", "1"),
    number("taxname", _tax_id, tax_name),
    number("taxrate", tax_rate, _rate_percent),
    date("to", lambda _data, record: record["dateto"]),
    *audit("updated"),
)

RESOURCES = (
    Resource(
        "invoiceline",
        "invoicelines",
        "draftinvoicelineid",
        records=lambda data: data.invoice_lines,
        fields=lambda _data: INVOICE_LINE,
    ),
)
