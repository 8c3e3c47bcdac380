"""Accounts and charges of the simulated essensys: made, billed, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.essensys.data import EssensysData
from deploy.sandbox.essensys.inputs import (
    FOUR_PLACES,
    UNRESOLVED,
    amount,
    plain,
    takes_placeholders,
)
from deploy.sandbox.essensys.stored import stamps

FIRST_ACCOUNT = 277754
FIRST_CHARGE = 452326
FIRST_INVOICE_LINE = 22
CHARGE_FIELDS = frozenset(
    ("accountname", "product", "tax", "quantity", "unitprice", "datefrom", "dateto")
)


def create_charge(
    data: EssensysData, kind: str, values: Mapping[str, str], now: datetime
) -> Record:
    """Make a charge of a kind: "chargesheet", "batchchargesheet", "bookingcharge" and the like.

    Raises:
        LookupError: no such account.
    """
    account_id = values.get("accountname", UNRESOLVED)
    account = data.accounts.get(account_id)
    if account is None and not takes_placeholders(data):
        raise LookupError(f"no account {account_id}")
    total = Decimal(values["quantity"]) * Decimal(values["unitprice"])
    charge: Record = {
        "kind": kind,
        "chargesheetid": data.next_id("charge", FIRST_CHARGE),
        "referencetext": None,
        "location": account["location"] if account else UNRESOLVED,
        "billed": False,
        **dict.fromkeys(("accountname", "product", "tax"), UNRESOLVED),
        **values,
        "totalprice": _total(total),
        **stamps(now),
    }
    data.charges.add(charge["chargesheetid"], now, charge)
    return charge


def add_charge_sheet(data: EssensysData, values: Mapping[str, Any], now: datetime) -> Record:
    """Make a charge sheet behind the API's back, dates as 2026-01-31T12:30:00.

    Raises:
        ValueError: a field is missing, or the price is not a number.
        LookupError: no such account.
    """
    return add_charge(data, "chargesheet", values, now)


def add_charge(data: EssensysData, kind: str, values: Mapping[str, Any], now: datetime) -> Record:
    """Make a charge of a kind behind the API's back; see `add_charge_sheet`."""
    missing = sorted(CHARGE_FIELDS - values.keys())
    if missing:
        raise ValueError(f"{', '.join(missing)} needed")
    price = amount(values["unitprice"]).quantize(FOUR_PLACES)
    values = {**values, "quantity": str(values["quantity"]), "unitprice": str(price)}
    return create_charge(data, kind, values, now)


def charge_sheets(data: EssensysData) -> list[Record]:
    """Every charge sheet with all that was written, referencetext included, oldest first."""
    records = [data.charges.get(charge_id) for charge_id in data.charges.listing()]
    return [record for record in records if record and record["kind"] == "chargesheet"]


def create_account(data: EssensysData, values: Mapping[str, str], now: datetime) -> Record:
    """Make an account; `accountid` may be given, else it is the next number.

    Raises:
        ValueError: the id is taken.
    """
    account: Record = {
        "accountid": "",
        "accounttype_id": "-1",
        "clienttype": "1",
        "location": "1",
        "startdate": f"{now:%Y-%m-%d}T00:00:00",
        "enddate": "1899-12-31T00:00:00",
        **values,
        **stamps(now),
    }
    while not account["accountid"] or account["accountid"] in data.accounts:
        if "accountid" in values:
            raise ValueError(f"account {values['accountid']} exists already")
        account["accountid"] = data.next_id("account", FIRST_ACCOUNT)
    data.accounts.add(account["accountid"], now, account)
    return account


def bill(data: EssensysData, charge_ids: list[str], now: datetime, *, keep: bool = True) -> int:
    """Put charges on an invoice: no longer current charges, but invoice lines with their text.

    `keep`: whether the charge sheets themselves can still be read (not documented).

    Raises:
        LookupError: no such charge, or billed already.
    """
    charges = [data.charges.get(charge_id) for charge_id in charge_ids]
    for charge_id, charge in zip(charge_ids, charges, strict=True):
        if charge is None or charge["billed"]:
            raise LookupError(f"no unbilled charge {charge_id}")
    invoice = data.next_id("invoice", 345)
    for charge in charges:
        assert charge is not None
        charge["billed"] = True
        line_id = data.next_id("invoice line", FIRST_INVOICE_LINE)
        line = {
            **charge,
            **stamps(now),
            "draftinvoicelineid": line_id,
            "invoice": invoice,
            "referencetext": charge["referencetext"] or _period(charge),
        }
        data.invoice_lines.add(line_id, now, line)
        if not keep:
            data.charges.remove(charge["chargesheetid"])
    return len(charges)


def _period(charge: Record) -> str:
    """The text of a line without one, as in the example: 01/04/2016 - 30/04/2016."""
    days = (datetime.fromisoformat(charge[name]) for name in ("datefrom", "dateto"))
    return " - ".join(f"{day:%d/%m/%Y}" for day in days)


def _total(value: Decimal) -> str:
    # "0" and "10.0" are the spellings of the examples.
    shown = plain(value)
    return shown if "." in shown or shown == "0" else f"{shown}.0"
