"""Section "Accounts": customers, prospects and brokers."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.sandbox.essensys import inputs
from deploy.sandbox.essensys.fields import Field, audit, date, fixed, number, text
from deploy.sandbox.essensys.inputs import Check
from deploy.sandbox.essensys.records import create_account
from deploy.sandbox.essensys.resource import PutForm, Resource
from deploy.sandbox.essensys.stored import name_of

NO_IMAGE = "/SPACECONTROL/v2/Controls/img/no_image.jpg"


def _flag(name: str, default: str = "false") -> Field:
    return text(name, lambda _data, record: record.get(name, default))


def _not_referring(name: str) -> Field:
    """A reference that is 0 and therefore has no twin."""
    return fixed(name, "0", twin=None)


ACCOUNT = (
    text("clientname"),
    number(
        "accounttype_id",
        twin=lambda data, record: name_of(data, "accounttype", record["accounttype_id"]),
    ),
    number("accountid"),
    number("balance", lambda _data, _record: "0.0000"),
    *map(_not_referring, ("broker", "agentcontact")),
    *map(text, ("brokerfirstname", "brokerlastname")),
    _not_referring("campaign_id"),
    _flag("chargevat", "true"),
    number(
        "clienttype", twin=lambda data, record: name_of(data, "clienttype", record["clienttype"])
    ),
    Field(
        "companylogourl",
        "text",
        lambda _data, _record: NO_IMAGE,
        twin_name="output_companylogourl",
    ),
    *audit("created"),
    date("earliesttransactiondateallowed", lambda _data, _record: "1899-12-31T00:00:00"),
    _flag("emailinvoice", "true"),
    date("enddate"),
    text("fulladdress"),
    _flag("hasactivelicence", "0"),
    *map(_flag, ("includebfwd", "showcalldetails")),
    _flag("includeitemisedbill", "true"),
    *map(_flag, ("includestatement", "isexternal")),
    _flag("isresidential", "true"),
    *map(_flag, ("isvirtual", "leaddadiagent")),
    text("leaddadiid", lambda _data, record: f"00000000-0000-4000-8000-{record['accountid']:>012}"),
    number("location", twin=None),
    _not_referring("meetingpackageid"),
    _flag("onaccount"),
    _flag("onlinebill", "0"),
    fixed("organization", "1", lambda _data, _record: "Example Spaces Ltd"),
    number(
        "overridediscount",
        lambda _data, record: record.get("overridediscount", "0"),
        lambda _data, record: record.get("overridediscount", "0") + "%",
    ),
    _not_referring("user_id"),
    _flag("printinvoice"),
    fixed("recordtype", "1", lambda _data, _record: "Account"),
    *map(text, ("registeredaddresssingleline", "registeredfulladdress", "singlelineaddress")),
    date("startdate"),
    *audit("updated"),
)

# PUT (Full) of the document, by the format of each field.
_TEXTS = """
    accountalias clientname accountsid addressline1 addressline2 addressline3 agenttype
    bankaccountname accno bankcode billday broker agentcontact agentemail agentreference
    campaign_id companylogo companyno contact country county ddreference ddi departmentnumber
    emailaddress faxno firstname forwardaddresscountry forwardaddresscounty forwardaddressfax
    forwardaddressfirstname forwardaddresslastname forwardaddressline1 forwardaddressline2
    forwardaddressline3 forwardaddresspostcode forwardaddresstelephone forwardaddresstown freetext
    groupaccount industry invoicebccaddress invoiceccaddress invoiceemailaddress lastname
    leadsource meetingpackageid mobileno bankname shopperreference user_id paymenttoken postcode
    registeredaddresscountry registeredaddresscounty registeredaddressline1 registeredaddressline2
    registeredaddressline3 registeredaddresspostcode registeredtelephone registeredaddresstown
    regisiteredfax rentalpaymentterm rentalpaymenttype siccode standardpaymentterm paymenttype
    phoneno town vatno website
""".split()  # noqa: SIM905 - a table of names
_FLAGS = """
    chargevat emailinvoice includebfwd showcalldetails includeitemisedbill includestatement
    leaddadiagent onaccount onlinebill printinvoice
""".split()  # noqa: SIM905
WRITTEN: Mapping[str, Check] = {
    **dict.fromkeys(_TEXTS, inputs.label()),
    **dict.fromkeys(_FLAGS, inputs.boolean),
    "accounttype_id": inputs.reference(lambda data: data.collection("accounttype"), "account type"),
    "clienttype": inputs.reference(lambda data: data.collection("clienttype"), "client type"),
    "location": inputs.reference(lambda data: data.collection("location"), "location"),
    "creditlimit": inputs.money,
    "overridediscount": inputs.percent,
    "startdate": inputs.date_only,
    "enddate": inputs.date_only,
}
# PUT (Minimum) lists accounttype_id as well, the documented curl leaves it out.
REQUIRED = frozenset({"clientname", "clienttype", "enddate", "startdate"})


RESOURCES = (
    Resource(
        "account",
        "accounts",
        "accountid",
        records=lambda data: data.accounts,
        fields=lambda _data: ACCOUNT,
        put=PutForm(WRITTEN, REQUIRED, create_account),
        can_delete=True,
        make=create_account,
    ),
)
