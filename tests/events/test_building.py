"""Building an event: what follows from what."""

from __future__ import annotations

import pytest

from events.building import new_event
from events.catalogue import UnknownEventType
from events.identity import event_id
from tests.events.samples import DATA, DETECTED, HAPPENED, INVOICE_UUID, WORK_ORDER_UUID, event


def test_a_detected_event_starts_a_chain_of_its_own() -> None:
    paid = event("plentific.invoice.paid")

    assert paid.id == event_id("plentific", "plentific.invoice.paid", INVOICE_UUID, "first")
    assert paid.correlation_id == paid.id
    assert paid.causation_id is None
    assert paid.source == "/plentific/plentific"
    assert paid.key == WORK_ORDER_UUID


def test_an_event_that_was_caused_stays_in_the_chain_of_its_cause() -> None:
    paid = event("plentific.invoice.paid")
    charged = event("essensys.charge_sheet.created", connection="operate", caused_by=paid)
    succeeded = event("tiebeam.reaction.succeeded", caused_by=charged)

    assert charged.source == "/essensys/operate"
    assert (charged.correlation_id, charged.causation_id) == (paid.id, paid.id)
    assert (succeeded.correlation_id, succeeded.causation_id) == (paid.id, charged.id)


def test_the_key_is_the_entity_where_no_ordering_key_is_given() -> None:
    assert event("plentific.invoice.paid", key=None).key == INVOICE_UUID


def test_the_same_transition_gives_the_same_bytes_whenever_it_is_detected() -> None:
    assert event("plentific.invoice.paid") == event("plentific.invoice.paid")


def test_data_of_another_model_or_an_unknown_type_is_refused() -> None:
    with pytest.raises(TypeError, match="carries InvoiceData, not WorkOrderData"):
        event("plentific.invoice.paid", data=DATA["plentific.work_order.created"]())
    with pytest.raises(UnknownEventType):
        new_event(
            "plentific.invoice.eaten",
            connection="plentific",
            entity_id="1",
            transition="eaten",
            data=DATA["plentific.invoice.paid"](),
            sequence=1,
            time=HAPPENED,
            detected_at=DETECTED,
        )
