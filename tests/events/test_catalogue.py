"""The table of event types."""

from __future__ import annotations

import re

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


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_a_type_is_named_and_placed_as_the_contract_says(name: str) -> None:
    row = EVENT_TYPES[name]

    assert re.fullmatch(r"[a-z]+\.[a-z_]+\.[a-z_]+", name)
    assert row.topic == f"{row.provider}.{row.entity.replace('_', '-')}s"
    assert list(row.model.model_fields) == [row.entity, "previous"]
    assert schema_uri(name).endswith(f"/{name}/v{row.version}")


def test_every_type_has_sample_data_of_its_own_model() -> None:
    assert sorted(DATA) == EVERY_TYPE
    for name, data in DATA.items():
        assert isinstance(data(), event_type(name).model)


def test_topics_carry_the_prefix_and_each_is_listed_once() -> None:
    assert topic_of("plentific.invoice.paid") == "plentific.invoices"
    assert topic_of("tiebeam.reaction.failed", "acme.") == "acme.tiebeam.reactions"
    assert all_topics("acme.") == [
        "acme.essensys.charge-sheets",
        "acme.plentific.invoices",
        "acme.plentific.work-orders",
        "acme.tiebeam.reactions",
    ]
    assert DEAD_LETTERS not in all_topics()


def test_an_unknown_type_is_named_in_the_error() -> None:
    for ask in (event_type, topic_of, schema_uri):
        with pytest.raises(UnknownEventType, match=r"'plentific\.invoice\.eaten'"):
            ask("plentific.invoice.eaten")
