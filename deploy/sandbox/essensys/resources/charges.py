"""Section "Charges": charge sheets of three kinds, and the charges of the next bill."""

from __future__ import annotations

from collections.abc import Callable

from deploy.sandbox.collection import Record
from deploy.sandbox.essensys import inputs
from deploy.sandbox.essensys.data import EssensysData
from deploy.sandbox.essensys.fields import BLANK, Field, Read, audit, date, fixed, number, text
from deploy.sandbox.essensys.records import add_charge, add_charge_sheet, create_charge
from deploy.sandbox.essensys.resource import PutForm, Resource
from deploy.sandbox.essensys.stored import name_of


def _account_name(data: EssensysData, record: Record) -> str | None:
    account = data.accounts.get(record["accountname"])
    return account["clientname"] if account else None


def client_type(data: EssensysData, record: Record) -> str | None:
    """The client type of a charge's account, None if there is no such account."""
    account = data.accounts.get(record["accountname"])
    return account["clienttype"] if account else None


def _client_type_name(data: EssensysData, record: Record) -> str | None:
    return name_of(data, "clienttype", client_type(data, record))


def _location_name(data: EssensysData, record: Record) -> str | None:
    return name_of(data, "location", record["location"])


def _product_name(data: EssensysData, record: Record) -> str | None:
    product = data.products.get(record["product"])
    return product.name if product else None


def product_group(data: EssensysData, record: Record) -> str | None:
    """The group of a charge's product, None if there is no such product."""
    product = data.products.get(record["product"])
    return product.group if product else None


def _group_name(data: EssensysData, record: Record) -> str | None:
    return data.product_groups.get(product_group(data, record) or "")


def tax_name(data: EssensysData, record: Record) -> str | None:
    """The name of a charge's tax, None if there is no such tax."""
    tax = data.taxes.get(record["tax"])
    return tax.name if tax else None


def tax_rate(data: EssensysData, record: Record) -> str:
    """The rate of a charge's tax, "0" if there is no such tax."""
    tax = data.taxes.get(record["tax"])
    return tax.rate if tax else "0"


CLIENT_TYPE = number("clienttype", client_type, _client_type_name)
LOCATION = number("location", twin=_location_name)
LOCATION_AGAIN = number("locationname", lambda _data, record: record["location"], _location_name)
PRODUCT = (
    number("product", twin=_product_name),
    number("productgroup", product_group, _group_name),
)
ACCOUNT = number("accountname", twin=_account_name)
REFERENCE_TEXT = text("referencetext")
MARKUP = (fixed("markup", "0"), fixed("markuptype", "0"))


def _prices(tax_twin: Read) -> tuple[Field, ...]:
    return (
        number("tax", twin=tax_twin),
        date("dateto"),
        number("totalprice"),
        number("unitprice"),
        *audit("updated"),
    )


CHARGE_SHEET = (
    text("accountfullname", _account_name),
    ACCOUNT,
    number("chargesheetid"),
    CLIENT_TYPE,
    *audit("created"),
    date("datefrom"),
    LOCATION,
    *PRODUCT,
    number("quantity"),
    *_prices(tax_name),
)
CHARGE_SHEET_WITH_REFERENCE = (*CHARGE_SHEET, REFERENCE_TEXT)

CURRENT_CHARGE = (
    number("account", lambda _data, record: record["accountname"], _account_name),
    *audit("created"),
    number("currentchargeid", lambda _data, record: record["chargesheetid"]),
    fixed("loggedby", BLANK),
    number("net", lambda _data, record: record["totalprice"]),
    text("product", _product_name),
    text("productgroup", _group_name),
    number("quantity"),
    REFERENCE_TEXT,
    date("startdate", lambda _data, record: record["datefrom"]),
    number("taxrate", tax_rate, lambda data, record: tax_rate(data, record) + "%"),
    number("unitprice"),
    *audit("updated"),
)
CURRENT_CHARGE_WITHOUT_REFERENCE = tuple(
    fixed("referencetext", None) if field is REFERENCE_TEXT else field for field in CURRENT_CHARGE
)

BATCH_CHARGE_SHEET = (
    ACCOUNT,
    number(
        "batchsheet",
        twin=lambda data, record: name_of(data, "batchsheet", record.get("batchsheet")),
    ),
    number("chargesheetid"),
    CLIENT_TYPE,
    *audit("created"),
    date("datefrom"),
    LOCATION_AGAIN,
    LOCATION,
    *MARKUP,
    *PRODUCT,
    number("quantity"),
    REFERENCE_TEXT,
    *_prices(tax_rate),
)

BOOKING_CHARGE = (
    ACCOUNT,
    number("booking", twin=lambda data, record: name_of(data, "calendar", record.get("booking"))),
    number("chargesheetid"),
    CLIENT_TYPE,
    *audit("created"),
    text("delegatecharge", lambda _data, record: record.get("delegatecharge", "false")),
    date("datefrom"),
    LOCATION_AGAIN,
    LOCATION,
    *MARKUP,
    *PRODUCT,
    number("quantity"),
    REFERENCE_TEXT,
    *_prices(tax_rate),
)

_WRITTEN = {
    "accountname": inputs.reference(lambda data: data.accounts, "account"),
    "datefrom": inputs.date_time,
    "dateto": inputs.date_time,
    "product": inputs.reference(lambda data: data.products, "product"),
    "quantity": inputs.number,
    "referencetext": inputs.label(),
    "tax": inputs.reference(lambda data: data.taxes, "tax"),
    "unitprice": inputs.money,
}
_REQUIRED = frozenset(_WRITTEN) - {"referencetext"}
PERIOD = ("datefrom", "dateto")


def _of_kind(kind: str, switch: str = "") -> Callable[[EssensysData, Record], bool]:
    """Charges of one kind, and charge sheets as well when the switch is on."""

    def shows(data: EssensysData, record: Record) -> bool:
        if record["kind"] == kind:
            return True
        also = bool(switch) and getattr(data.settings, switch)
        return also and record["kind"] == "chargesheet"

    return shows


RESOURCES = (
    Resource(
        "chargesheet",
        "chargesheets",
        "chargesheetid",
        records=lambda data: data.charges,
        fields=lambda data: (
            CHARGE_SHEET_WITH_REFERENCE
            if data.settings.charge_sheet_shows_reference
            else CHARGE_SHEET
        ),
        shows=_of_kind("chargesheet"),
        put=PutForm(
            _WRITTEN,
            _REQUIRED,
            lambda data, values, now: create_charge(data, "chargesheet", values, now),
            period=PERIOD,
        ),
        can_delete=True,
        make=add_charge_sheet,
    ),
    Resource(
        "currentcharge",
        "currentcharges",
        "currentchargeid",
        records=lambda data: data.charges,
        fields=lambda data: (
            CURRENT_CHARGE
            if data.settings.current_charge_shows_reference
            else CURRENT_CHARGE_WITHOUT_REFERENCE
        ),
        shows=lambda _data, record: not record["billed"],
    ),
    Resource(
        "batchchargesheet",
        "batchchargesheets",
        "chargesheetid",
        records=lambda data: data.charges,
        fields=lambda _data: BATCH_CHARGE_SHEET,
        shows=_of_kind("batchchargesheet", "batch_charge_sheet_lists_charge_sheets"),
        put=PutForm(
            {
                **_WRITTEN,
                "batchsheet": inputs.reference(
                    lambda data: data.collection("batchsheet"), "batch sheet"
                ),
                "unitprice": inputs.bare_money,
            },
            _REQUIRED | {"batchsheet"},
            lambda data, values, now: create_charge(data, "batchchargesheet", values, now),
            period=PERIOD,
        ),
        make=lambda data, values, now: add_charge(data, "batchchargesheet", values, now),
    ),
    Resource(
        "bookingcharge",
        "bookingcharges",
        "chargesheetid",
        records=lambda data: data.charges,
        fields=lambda _data: BOOKING_CHARGE,
        shows=_of_kind("bookingcharge", "booking_charge_lists_charge_sheets"),
        put=PutForm(
            {
                **_WRITTEN,
                "booking": inputs.reference(lambda data: data.collection("calendar"), "booking"),
                "bundledproduct": inputs.reference(lambda data: data.products, "product"),
                "delegatecharge": inputs.boolean,
            },
            _REQUIRED | {"booking"},
            lambda data, values, now: create_charge(data, "bookingcharge", values, now),
            period=PERIOD,
        ),
        make=lambda data, values, now: add_charge(data, "bookingcharge", values, now),
    ),
)
