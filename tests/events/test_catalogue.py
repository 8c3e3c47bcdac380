"""The table of event types."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from events.catalogue import (
    DEAD_LETTERS,
    EVENT_TYPES,
    UnknownEventType,
    all_topics,
    event_type,
    schema_uri,
    topic_of,
)
from tests.events.samples import DATA, EVERY_TYPE

CONTRACT = {
    "plentific.work-orders": "work_order.created .status_changed .updated",
    "plentific.bookings": "booking.created .updated",
    "plentific.completion-reports": "completion_report.submitted .status_changed",
    "plentific.quotes": "quote.received .status_changed",
    "plentific.outstanding-issues": "outstanding_issue.created .status_changed",
    "plentific.invoices": "invoice.received .paid .overdue .updated",
    "essensys.bookings": "booking.created .confirmed .updated .cancelled",
    "essensys.leads": "lead.created .updated .converted .died",
    "essensys.invoices": "invoice.issued .paid .updated",
    "essensys.accounts": "account.created .updated",
    "essensys.charge-sheets": "charge_sheet.created",
    "facilitee.issues": "issue.reported .status_changed .updated",
    "facilitee.owners": "owner.created .updated .removed",
    "facilitee.property-users": "property_user.created .updated .removed",
    "facilitee.service-providers": "service_provider.created .updated .removed",
    "facilitee.managers": "manager.created .updated .removed",
    "facilitee.properties": "property.created .updated .removed",
    "facilitee.property-units": "property_unit.created .updated .removed",
    "planiso.projects": "project.created .updated .deactivated",
    "planiso.customers": "customer.created .updated .deactivated",
    "planiso.suppliers": "supplier.created .updated .deactivated",
    "planiso.subcontractors": "subcontractor.created .updated .deactivated",
    "planiso.organizations": "organization.created .updated .deactivated",
    "planiso.users": "user.created .updated .deactivated",
    "planiso.equipment": "equipment.created .updated .deactivated",
    "tiebeam.reactions": "reaction.succeeded .failed .blocked",
}


def types_of(topic: str, written: str) -> list[str]:
    """The names of a row of the contract: the first in full, of the others what happened."""
    provider = topic.partition(".")[0]
    entity = written.partition(".")[0]
    return [f"{provider}.{entity}.{one}" for one in written.removeprefix(entity)[1:].split(" .")]


def test_the_table_is_that_of_the_contract() -> None:
    table = defaultdict(list)
    for row in EVENT_TYPES.values():
        table[row.topic].append(row.name)

    assert table == {topic: types_of(topic, written) for topic, written in CONTRACT.items()}


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_a_type_is_named_as_the_contract_says_and_its_data_after_the_entity(name: str) -> None:
    row = EVENT_TYPES[name]

    assert re.fullmatch(r"[a-z]+\.[a-z_]+\.[a-z_]+", name)
    assert list(row.model.model_fields) == [row.entity, "previous"]
    assert schema_uri(name).endswith(f"/{name}/v{row.version}")


def test_every_type_has_sample_data_of_its_own_model() -> None:
    assert sorted(DATA) == EVERY_TYPE
    for name, data in DATA.items():
        assert isinstance(data(), event_type(name).model)


def test_topics_carry_the_prefix_and_each_is_listed_once() -> None:
    assert topic_of("plentific.invoice.paid") == "plentific.invoices"
    assert topic_of("tiebeam.reaction.failed", "acme.") == "acme.tiebeam.reactions"
    assert all_topics("acme.") == sorted(f"acme.{topic}" for topic in CONTRACT)
    assert DEAD_LETTERS not in all_topics()


def test_an_unknown_type_is_named_in_the_error() -> None:
    for ask in (event_type, topic_of, schema_uri):
        with pytest.raises(UnknownEventType, match=r"'plentific\.invoice\.eaten'"):
            ask("plentific.invoice.eaten")
