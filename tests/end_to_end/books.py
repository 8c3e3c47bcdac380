"""The books: what the providers hold, what was told and what the store says must agree.

Nothing lost, nothing twice: whatever a test does to the pipeline, afterwards these books balance.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from adapters.store import Store
from adapters.store.tables import effects, entities, outbox, reactions
from tests.end_to_end.told import Told, each_once, of_type
from tests.end_to_end.truth import Charge, Truth, moment

REFERENCE = re.compile(r"Repair invoice (\S+) line (\d+) \([0-9a-f]{10}\)")
CHARGED = "essensys.charge_sheet.created"


async def discrepancies(
    truths: Sequence[Truth], told: Sequence[Told], store: Store, *, reactions_due: bool = True
) -> list[str]:
    """Everything in which sandbox, topics and store disagree, one line each.

    `reactions_due` says whether each paid invoice of a source that is charged has its
    `reaction.succeeded`.
    """
    events = each_once(told)
    found = [*repeated_otherwise(told), *out_of_order(told), *gaps(events)]
    for truth in truths:
        own = [one for one in events if one.source == f"/plentific/{truth.source}"]
        found += disagreement(
            f"transition of {truth.source}", truth.transitions(), map(transition, only_news(own))
        )
        found += edits_not_told(truth, own)
        found += disagreement(
            "charge sheet in essensys",
            map(str, truth.charges_due()),
            (str(as_charge(sheet)) for sheet in truth.new_charge_sheets()),
        )
        found += chain_problems(truth, events)
        if reactions_due and truth.charged:
            found += disagreement(
                "reaction", (invoice["uuid"] for invoice in truth.paid()), succeeded(events)
            )
    found += [line async for line in store_problems(truths, events, store)]
    return found


def disagreement(what: str, due: Iterable[str], there: Iterable[str]) -> list[str]:
    """What is missing and what is too much, as lines."""
    wanted, found = Counter(iter(due)), Counter(iter(there))
    missing = [f"missing {what}: {line}" for line in (wanted - found).elements()]
    return missing + [f"too many: {what}: {line}" for line in (found - wanted).elements()]


def only_news(events: Iterable[Told]) -> Iterator[Told]:
    """The events of which the records show how often they are due."""
    return (one for one in events if not one.type.endswith(".updated"))


def transition(event: Told) -> str:
    """An event as the line of the truth that it tells."""
    name, state = event.type.removeprefix("plentific."), event.entity
    match name:
        case "invoice.received":
            return f"{name} {event.subject} created {moment(state['created'])}"
        case "invoice.paid":
            return f"{name} {event.subject} paid {moment(state['paid_on'])}"
        case "invoice.overdue":
            return f"{name} {event.subject} due {state['due_date']}"
        case "work_order.created" | "work_order.status_changed":
            entry = state["state_history"][-1]
            status = entry["status_raw"] or entry["status"]
            return f"{name} {event.subject} {status} at {entry['created']}"
        case _:
            return f"{name} {event.subject} is no transition that is due"


def edits_not_told(truth: Truth, events: Sequence[Told]) -> Iterator[str]:
    """An edit must be told, and nothing may be called an edit that is none."""
    updated = {one.subject for one in events if one.type.endswith(".updated")}
    yield from (f"edit of {subject} was not told" for subject in truth.edited - updated)
    yield from (f"{subject} was not edited" for subject in updated - truth.edited)
    last = {one.subject: one.entity for one in events}
    for kind, entity_id, record in truth.entities():
        if entity_id in last and not same_state(kind, last[entity_id], record):
            yield f"the last event of {kind} {entity_id} does not tell its state"


def same_state(kind: str, told: dict[str, Any], record: dict[str, Any]) -> bool:
    """Whether an event's state is the record's, in what tests change."""
    status = told["status_raw"] or told["status"]
    same = (status, told["external_reference"]) == (record["status"], record["external_reference"])
    if kind == "work_order":
        return same and told["metadata"] == (record["metadata"] or {})
    total = Decimal(str(record["total_including_tax"]))
    return same and Decimal(told["total_including_tax"]) == total


def as_charge(sheet: dict[str, Any]) -> Charge:
    """A charge sheet of essensys as the truth says what is due."""
    named = REFERENCE.fullmatch(sheet["referencetext"] or "")
    invoice, line = named.groups() if named else (f"(reference {sheet['referencetext']!r})", "0")
    return Charge(
        invoice=invoice,
        line=int(line),
        account=sheet["accountname"],
        product=sheet["product"],
        tax=sheet["tax"],
        quantity=Decimal(sheet["quantity"]),
        unit_price=Decimal(sheet["unitprice"]),
        date_from=moment(sheet["datefrom"]),
        date_to=moment(sheet["dateto"]),
    )


def chain_problems(truth: Truth, events: Sequence[Told]) -> Iterator[str]:
    """Each charge sheet is told once, with its id, and names the event that caused it."""
    if not truth.charged:
        return
    sheets = {sheet["referencetext"]: sheet for sheet in truth.new_charge_sheets()}
    told = [one for one in of_type(events, CHARGED) if one.source == f"/essensys/{truth.target}"]
    yield from disagreement("told charge", list(sheets), (one.entity["reference"] for one in told))
    source = f"/plentific/{truth.source}"
    paid = {
        one.subject: one
        for one in of_type(events, "plentific.invoice.paid")
        if one.source == source
    }
    for event in told:
        state, sheet = event.entity, sheets.get(event.entity["reference"])
        cause = paid.get(state["source_invoice_uuid"])
        if sheet is not None and state["charge_sheet_id"] != sheet["chargesheetid"]:
            yield f"{state['reference']} is {sheet['chargesheetid']}, told {event.subject}"
        if cause is None or event.headers["ce_causationid"] != cause.id:
            yield f"{state['reference']} does not name the event that caused it"
        elif event.headers["ce_correlationid"] != cause.headers["ce_correlationid"]:
            yield f"{state['reference']} is not in the chain of the event that caused it"


def succeeded(events: Sequence[Told]) -> Iterator[str]:
    """The invoices whose reaction is said to have succeeded."""
    for event in of_type(events, "tiebeam.reaction.succeeded"):
        yield event.entity["trigger_subject"]


def repeated_otherwise(told: Iterable[Told]) -> list[str]:
    """A record may come twice; then it must say the same, under the same key."""
    met: dict[str, Told] = {}
    wrong = []
    for one in told:
        first = met.setdefault(one.id, one)
        if (first.topic, first.key, first.value) != (one.topic, one.key, one.value):
            wrong.append(f"{one.type} {one.id} was told in two ways")
    return wrong


def out_of_order(told: Iterable[Told]) -> list[str]:
    """An entity's events stand on their topic in the order of its versions."""
    last: dict[tuple[str, str], int] = defaultdict(int)
    wrong = []
    for one in each_once(told):
        at = one.source, one.subject
        if one.source.startswith("/plentific/") and one.sequence <= last[at]:
            wrong.append(f"{one.type} {one.subject} {one.sequence} came after {last[at]}")
        last[at] = max(last[at], one.sequence)
    return wrong


def gaps(events: Iterable[Told]) -> list[str]:
    """An entity's versions are 1, 2, 3 …: none is missing, none is given twice."""
    versions: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in events:
        if one.source.startswith("/plentific/"):
            versions[one.source, one.subject].append(one.sequence)
    return [
        f"{subject} of {source} has the versions {found}"
        for (source, subject), found in versions.items()
        if sorted(found) != list(range(1, len(found) + 1))
    ]


async def store_problems(
    truths: Sequence[Truth], events: Sequence[Told], store: Store
) -> Any:  # an async generator of lines
    """The store has nothing open, and knows of everything what the providers hold."""
    async with store.read() as tx:
        rows = list(await tx.execute(select(outbox.c.event_id, outbox.c.published_at)))
        open_ = [
            f"reaction {row.id} is {row.state}: {row.reason}"
            for row in await tx.execute(select(reactions))
            if row.state != "succeeded"
        ]
        done = list(await tx.execute(select(effects)))
        known = {
            (row.connection, row.kind, row.entity_id): row
            for row in await tx.execute(select(entities))
        }
    for line in [
        *(f"{row.event_id} is not published" for row in rows if row.published_at is None),
        *disagreement("published event", (r.event_id for r in rows), (e.id for e in events)),
        *open_,
        *(f"effect {row.effect_key} is {row.state}" for row in done if row.state != "done"),
        *ledger_problems(truths, done),
        *entity_problems(truths, events, known),
    ]:
        yield line


def ledger_problems(truths: Sequence[Truth], done: Sequence[Any]) -> list[str]:
    """Each effect in the ledger is a charge sheet of essensys, and the other way round."""
    sheets = [
        f"{truth.target} {sheet['chargesheetid']} {sheet['referencetext']}"
        for truth in truths
        if truth.charged
        for sheet in truth.new_charge_sheets()
    ]
    booked = (f"{row.connection} {row.provider_id} {row.request['reference']}" for row in done)
    return disagreement("effect", sheets, booked)


def entity_problems(
    truths: Sequence[Truth], events: Sequence[Told], known: dict[tuple[str, str, str], Any]
) -> Iterator[str]:
    """The store knows every entity, in its present status, with as many versions as events."""
    told = Counter((one.source, one.subject) for one in events)
    for truth in truths:
        for kind, entity_id, record in truth.entities():
            row = known.get((truth.source, kind, entity_id))
            if row is None:
                yield f"{kind} {entity_id} of {truth.source} is not known"
                continue
            status = row.state["status_raw"] or row.state["status"]
            if status != record["status"]:
                yield f"{kind} {entity_id} is {record['status']}, known as {status}"
            if row.version != told[f"/plentific/{truth.source}", entity_id]:
                yield f"{kind} {entity_id} has version {row.version} and as many events not"
