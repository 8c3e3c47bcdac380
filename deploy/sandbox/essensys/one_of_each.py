"""One fictional record of each documented resource, the records referring to each other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from deploy.sandbox.collection import Record
from deploy.sandbox.essensys.catalogue import BY_HAND, BY_PATH
from deploy.sandbox.essensys.data import CHARGE_PATHS, EssensysData
from deploy.sandbox.essensys.document import DocumentedResource, FieldRule, documented
from deploy.sandbox.essensys.invoicing import issue
from deploy.sandbox.essensys.records import add_charge, create_account
from deploy.sandbox.essensys.special import CONFIRMED, DERIVED
from deploy.sandbox.essensys.stored import add, moment
from deploy.sandbox.state import SandboxState

PRODUCT, PRODUCT_GROUP, TAX, ROOM = "73", "31", "5", "145"
_OUTSIDE = {
    **dict.fromkeys(("product", "bundledproduct", "journalproduct"), PRODUCT),
    "productgroup": PRODUCT_GROUP,
    "resource": ROOM,
    "tax": TAX,
}
_BY_KIND = {"number": "1", "flag": "false", "bit": "0"}


def one_of_each(state: SandboxState) -> dict[str, str]:
    """Make what is not there yet; answers the id of an existing record by the resource's path."""
    data, now = state.essensys, state.now()
    account = next(iter(data.accounts.listing()), None) or _account(data, now)
    ids = {"account": account, **_charges(data, account, now), **_bookings(data, now)}
    ids |= _issued(data, account, now)
    ids["payment"] = ids["transaction"] = _made(data, "payment", {"accountname": account}, now)
    for path in documented():
        if path not in ids:
            there = data.collection(path).listing()
            ids[path] = there[0] if there else _made(data, path, {}, now)
    _made(data, "contracttype", {"contracttypename": "Another fictional contract"}, now)
    for path, record_id in ids.items():
        if path not in BY_HAND and path not in CHARGE_PATHS and path != "bookingconflict":
            _fill(data, documented()[path], record_id, ids, now)
    return ids


def _account(data: EssensysData, now: datetime) -> str:
    made = create_account(data, {"clientname": "Fictional Company Ltd"}, now)
    account_id: str = made["accountid"]
    return account_id


def _charges(data: EssensysData, account: str, now: datetime) -> dict[str, str]:
    values = {
        "accountname": account,
        "product": PRODUCT,
        "tax": TAX,
        "quantity": "1",
        "unitprice": "25",
        "datefrom": moment(now),
        "dateto": moment(now),
    }
    ids = {}
    for kind in sorted(CHARGE_PATHS - {"currentcharge"}):
        ids[kind] = add_charge(data, kind, values, now)["chargesheetid"]
    return {**ids, "currentcharge": ids["chargesheet"]}


def _bookings(data: EssensysData, now: datetime) -> dict[str, str]:
    """Two bookings of one room at the same time, which are a conflict."""
    values = {
        "resource": ROOM,
        "location": "1",
        "statusname": CONFIRMED,
        "startdate": moment(now),
        "enddate": moment(now + timedelta(hours=1)),
    }
    for title in ("Fictional breakfast", "Fictional board"):
        booking = _made(data, "calendar", {**values, "bookingtitle": title}, now)
    return {"calendar": booking, "bookingconflict": booking}


def _issued(data: EssensysData, account: str, now: datetime) -> dict[str, str]:
    """An issued invoice and its line."""
    draft = _made(data, "draftinvoice", {"accountname": account, "location": "1"}, now)
    values = {"invoice": draft, "product": PRODUCT, "tax": TAX, "quantity": "1", "unitprice": "25"}
    days = {"from": moment(now), "to": moment(now)}
    line = _made(data, "draftinvoiceline", {**values, **days}, now)
    issue(data, draft, now)
    return {"invoice": draft, "invoiceline": line}


def _made(data: EssensysData, path: str, values: Mapping[str, str], now: datetime) -> str:
    make = BY_PATH[path].make
    resource = documented()[path]
    record = make(data, values, now) if make else add(data, resource, values, now)
    record_id: str = record[resource.id_field]
    return record_id


def _fill(
    data: EssensysData,
    resource: DocumentedResource,
    record_id: str,
    ids: Mapping[str, str],
    now: datetime,
) -> None:
    """Give a record every documented field that it lacks and that is not read off another."""
    record: Record = data.collection(resource.path)[record_id]
    derived = DERIVED.get(resource.path, {})
    for rule in resource.fields:
        if record.get(rule.name) is None and rule.name not in derived:
            record[rule.name] = _fictional(rule, ids, now)


def _fictional(rule: FieldRule, ids: Mapping[str, str], now: datetime) -> str | None:
    if rule.is_reference:
        return ids.get(rule.refers) or _OUTSIDE.get(rule.name, "1")
    if rule.name in _OUTSIDE and rule.type == "int":
        return _OUTSIDE[rule.name]
    if rule.kind == "date":
        return moment(now)
    if rule.is_image:
        return None
    if "email" in rule.name and rule.kind == "text":
        return "somebody@example.com"
    text = f"Fictional {rule.name}"
    return _BY_KIND.get(rule.kind, text[: rule.size or len(text)])
