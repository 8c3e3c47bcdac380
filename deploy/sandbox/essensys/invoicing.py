"""What happens to a draft invoice: it is issued, by which it becomes an invoice, and paid."""

from __future__ import annotations

from datetime import datetime

from deploy.sandbox.collection import Record
from deploy.sandbox.essensys.data import EssensysData
from deploy.sandbox.essensys.document import documented
from deploy.sandbox.essensys.inputs import UNRESOLVED
from deploy.sandbox.essensys.stored import change, moment

ISSUED = "5"  # status, as the GET example of an invoice has it


def issue(data: EssensysData, draft_id: str, now: datetime) -> Record:
    """Make an invoice of a draft: same id, same creationdate, no longer among the drafts.

    Raises:
        LookupError: no such draft.
    """
    drafts = data.collection("draftinvoice")
    if draft_id not in drafts:
        raise LookupError(f"no draft invoice {draft_id}")
    draft = drafts.remove(draft_id)
    names = {rule.name for rule in documented()["invoice"].fields}
    invoice = {
        "invoicedate": f"{now:%Y-%m-%d}T00:00:00",
        "invoicenumber": draft_id,
        **{name: value for name, value in draft.items() if name in names and value},
        "approved": "true",
        "paid": "false",
        "status": ISSUED,
        "updatedate": moment(now),
    }
    data.collection("invoice").add(draft_id, now, invoice)
    _issue_lines(data, invoice, now)
    return invoice


def pay(data: EssensysData, invoice_id: str, now: datetime) -> Record:
    """Mark an invoice as paid.

    Raises:
        LookupError: no such invoice.
    """
    return change(data, "invoice", invoice_id, {"paid": "true", "datepaid": moment(now)}, now)


def _issue_lines(data: EssensysData, invoice: Record, now: datetime) -> None:
    drafts = data.collection("draftinvoiceline")
    lines = [line for line in drafts if line.get("invoice") == invoice["invoiceid"]]
    for line in lines:
        drafts.remove(line["draftinvoicelineid"])
        issued = {
            **dict.fromkeys(("product", "tax", "unitprice", "quantity"), UNRESOLVED),
            "referencetext": None,
            **line,
            "accountname": invoice.get("accountname"),
            "datefrom": line.get("from"),
            "dateto": line.get("to"),
            "location": invoice.get("location", UNRESOLVED),
        }
        data.invoice_lines.add(line["draftinvoicelineid"], now, issued)
