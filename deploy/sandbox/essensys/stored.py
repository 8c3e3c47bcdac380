"""Records of any resource: made with an id of their own, changed, and named for others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from deploy.sandbox.collection import Record
from deploy.sandbox.essensys.data import API_USER, EssensysData
from deploy.sandbox.essensys.document import DocumentedResource, documented
from deploy.sandbox.essensys.inputs import STORED_DATE


class Sequence(NamedTuple):
    """Ids that several resources share: how they are counted, where one can be taken."""

    name: str
    first: int
    paths: tuple[str, ...]


_INVOICES = Sequence("invoice", 345, ("draftinvoice", "invoice"))
_INVOICE_LINES = Sequence("invoice line", 22, ("draftinvoiceline", "invoiceline"))
_PAYMENTS = Sequence("payment", 1100, ("payment", "transaction"))
_BATCH_SHEETS = Sequence("batch sheet", 1276, ("batchsheet", "meteredbatchsheet"))
_SHARED: Mapping[str, Sequence] = {
    path: sequence
    for sequence in (_INVOICES, _INVOICE_LINES, _PAYMENTS, _BATCH_SHEETS)
    for path in sequence.paths
}


def add(
    data: EssensysData, resource: DocumentedResource, values: Mapping[str, Any], now: datetime
) -> Record:
    """Make a record; its id may be among the values, else it is the next one.

    Raises:
        ValueError: the id is taken.
    """
    given = values.get(resource.id_field)
    record_id = str(given) if given else _next_id(data, resource)
    record = {**stamps(now), **values, resource.id_field: record_id}
    data.collection(resource.path).add(record_id, now, record)
    return record


def change(
    data: EssensysData, path: str, record_id: str, values: Mapping[str, Any], now: datetime
) -> Record:
    """Change a record's fields, by which its updatedate moves.

    Raises:
        LookupError: no such record.
    """
    record = data.collection(path).get(record_id)
    if record is None:
        raise LookupError(f"no {path} {record_id}")
    record.update({"updatedate": moment(now), "updatedby": API_USER, **values})
    return record


def stored_values(resource: DocumentedResource, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values given behind the API's back, checked: documented names, text, dates in ISO 8601.

    Raises:
        ValueError: a name that the document does not have, or a value that cannot be stored.
    """
    kinds = {rule.name.lower(): rule.kind for rule in resource.fields}
    kinds[resource.id_field] = "number"
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in kinds:
            raise ValueError(f"{resource.path} has no field {name}")
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{name} must be a string, as all values are")
        checked[name] = _plain_date(value) if kinds[name] == "date" and value else value
    return checked


def name_of(data: EssensysData, path: str, record_id: str | None) -> str | None:
    """The text by which other resources show a record, None when there is no such record."""
    record = data.collection(path).get(record_id or "")
    return record.get(documented()[path].name_field) if record else None


def stamps(now: datetime) -> Record:
    """Who made a record and when."""
    at = moment(now)
    return {"createdby": API_USER, "creationdate": at, "updatedate": at, "updatedby": API_USER}


def moment(at: datetime) -> str:
    """A time as records hold it."""
    return at.astimezone(UTC).strftime(STORED_DATE)


def _next_id(data: EssensysData, resource: DocumentedResource) -> str:
    alone = Sequence(resource.path, 1, (resource.path,))
    sequence = _SHARED.get(resource.path, alone)
    while True:
        record_id = data.next_id(sequence.name, sequence.first)
        if not any(record_id in data.collection(path) for path in sequence.paths):
            return record_id


def _plain_date(value: str) -> str:
    at = datetime.fromisoformat(value)
    return moment(at) if at.tzinfo else at.strftime(STORED_DATE)
