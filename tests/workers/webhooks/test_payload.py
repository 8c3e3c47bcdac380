from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.webhooks.payload import ANY, KINDS, MOST_IDS, Hinted, hinted

ORDER = "131f86c8-4427-4579-8b63-b1c2f540d0a2"
INVOICE = "967fb16f-0273-45bb-9cce-45ef747526cf"


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"event": "invoice.paid", "data": {"uuid": INVOICE}}, [("invoice", INVOICE)]),
        ({"event_type": "invoice.paid", "invoice_uuid": INVOICE}, [("invoice", INVOICE)]),
        ({"type": "work_order.created", "work_order": {"uuid": ORDER}}, [("work_order", ORDER)]),
        ({"event": "work_order.created", "uuid": ORDER}, [("work_order", ORDER)]),
        (
            {"event": "booking.created", "data": {"uuid": INVOICE, "work_order_uuid": ORDER}},
            [("booking", ORDER)],
        ),
        ({"event": "booking.created", "data": {"uuid": INVOICE}}, [("booking", ANY)]),
        (
            {"event": "repair_report.created", "resource": {"work_order": {"uuid": ORDER}}},
            [("work_order", ORDER)],
        ),
        ({"event": "invoice.paid", "uuid": "../../etc/passwd"}, [("invoice", ANY)]),
        ({"event": "invoice.paid"}, [("invoice", ANY)]),
    ],
)
def test_a_delivery_is_about_what_it_names(payload: Any, expected: list[tuple[str, str]]) -> None:
    assert hinted(payload) == [Hinted(*one) for one in expected]


@pytest.mark.parametrize("payload", [{}, [], "text", None, {"event": "tea.ready"}, {"event": 5}])
def test_a_delivery_that_makes_no_sense_is_about_everything(payload: Any) -> None:
    assert {one.kind for one in hinted(payload)} == set(KINDS.values())
    assert {one.entity_id for one in hinted(payload)} == {ANY}


def test_a_delivery_cannot_ask_for_more_looks_than_there_is_reason_for() -> None:
    named = [{"invoice_uuid": f"{number:032x}"} for number in range(1000)]
    assert len(hinted({"event": "invoice.paid", "data": named})) == MOST_IDS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(ORDER),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["event", "data", "uuid", "invoice", "invoice_uuid", "x"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=40)
@given(JSON)
def test_no_delivery_is_too_strange(payload: Any) -> None:
    found = hinted(payload)
    assert found
    assert all(one.kind in KINDS.values() for one in found)
    assert all(one.entity_id in (ANY, ORDER) for one in found)
