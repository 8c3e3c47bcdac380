"""The Kafka record of an event: what we write, what we read, and what we refuse."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from events.catalogue import EVENT_TYPES
from events.envelope import Event, MalformedEvent, from_record, to_headers
from events.plentific import InvoiceData, InvoiceStatus
from events.schemas import SCHEMA_DIR
from tests.events.samples import (
    DATA,
    DETECTED,
    EVERY_TYPE,
    HAPPENED,
    INVOICE_UUID,
    ONE_TYPE_OF_EACH_MODEL,
    event,
)

PAID = event("plentific.invoice.paid")
HEADERS = dict(to_headers(PAID))
KNOWN_NAMES = [*HEADERS, "ce_causationid", "ce_backfill", "CE_ID", "x-other"]

header_values = st.none() | st.binary(max_size=40) | st.sampled_from(list(HEADERS.values()))
header_lists = st.lists(st.tuples(st.sampled_from(KNOWN_NAMES) | st.text(), header_values))


@cache
def committed_schema(name: str) -> Draft202012Validator:
    """The committed schema of an event type, which tells a reader what the data is like."""
    path = SCHEMA_DIR / f"{name}.v{EVENT_TYPES[name].version}.json"
    schema: dict[str, Any] = orjson.loads(path.read_bytes())
    assert schema["$id"] == EVENT_TYPES[name].schema_uri
    return Draft202012Validator(schema, format_checker=FormatChecker())


def record(**changes: bytes | None) -> tuple[bytes, bytes, list[tuple[str, Any]]]:
    """The record of a paid invoice, headers replaced; `content_type` stands for content-type."""
    headers: dict[str, bytes | None] = dict(HEADERS)
    headers |= {
        name.replace("content_type", "content-type"): text for name, text in changes.items()
    }
    return PAID.key.encode(), PAID.data, list(headers.items())


def test_the_headers_are_those_of_the_contract() -> None:
    assert to_headers(PAID) == [
        ("ce_specversion", b"1.0"),
        ("ce_id", PAID.id.encode()),
        ("ce_source", b"/plentific/plentific"),
        ("ce_type", b"plentific.invoice.paid"),
        ("ce_subject", INVOICE_UUID.encode()),
        ("ce_time", b"2020-03-12T11:06:13.178151Z"),
        ("ce_dataschema", b"https://schemas.tiebeam.dev/plentific.invoice.paid/v1"),
        ("content-type", b"application/json"),
        ("ce_correlationid", PAID.id.encode()),
        ("ce_detectedat", b"2020-03-12T11:07:00Z"),
        ("ce_sequence", b"00000000000000000007"),
        ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("tracestate", b"vendor=1"),
    ]


def test_only_a_backfilled_event_says_so() -> None:
    assert "ce_backfill" not in HEADERS
    assert dict(to_headers(replace(PAID, backfill=True)))["ce_backfill"] == b"true"


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_an_event_is_read_back_as_it_was_written(name: str) -> None:
    written = event(name, caused_by=PAID, backfill=True)

    assert from_record(written.key.encode(), written.data, to_headers(written)) == written
    assert written.data_as(EVENT_TYPES[name].model) == DATA[name]()


@pytest.mark.parametrize("name", ONE_TYPE_OF_EACH_MODEL)
def test_the_official_sdk_reads_our_records(name: str) -> None:
    written = event(name, caused_by=PAID, backfill=True)

    read = from_kafka_event(
        KafkaMessage(dict(to_headers(written)), written.key.encode(), written.data)
    )

    assert read.get_specversion() == "1.0"
    assert read.get_id() == written.id
    assert read.get_source() == written.source
    assert read.get_type() == name
    assert read.get_subject() == written.subject
    assert read.get_time() == written.time
    assert read.get_dataschema() == EVENT_TYPES[name].schema_uri
    assert read.get_datacontenttype() == "application/json"
    assert read.get_data() == orjson.loads(written.data)
    assert read.get_extension("correlationid") == PAID.id
    assert read.get_extension("causationid") == PAID.id
    assert read.get_extension("detectedat") == "2020-03-12T11:07:00Z"
    assert read.get_extension("sequence") == "00000000000000000007"
    assert read.get_extension("backfill") == "true"


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_the_data_fits_the_committed_schema_that_the_event_names(name: str) -> None:
    written = event(name)
    row = EVENT_TYPES[name]
    data = orjson.loads(written.data)

    assert written.dataschema == row.schema_uri
    committed_schema(name).validate(data)
    assert list(data) == [row.entity, "previous"] or list(data) == ["previous", row.entity]


@pytest.mark.parametrize("name", ONE_TYPE_OF_EACH_MODEL)
def test_the_committed_schema_refuses_data_that_lacks_the_entity(name: str) -> None:
    validator = committed_schema(name)

    assert not validator.is_valid({"previous": None})
    assert validator.is_valid(orjson.loads(event(name).data) | {"from_the_future": 1})


def test_a_reader_passes_over_what_a_newer_release_added() -> None:
    data = orjson.loads(PAID.data)
    data["invoice"]["colour"] = "blue"
    data["invoice"]["items"][0]["weight"] = 3
    data["invoice"]["status"] = "half_paid"

    read = replace(PAID, data=orjson.dumps(data)).data_as(InvoiceData)

    assert (read.invoice.status, read.invoice.status_raw) == (InvoiceStatus.OTHER, "half_paid")


def test_data_that_does_not_fit_is_told_in_one_line_without_its_values() -> None:
    data = orjson.loads(PAID.data)
    data["invoice"]["total_tax"] = "secret@example.com"

    with pytest.raises(MalformedEvent, match=r"invoice\.total_tax") as caught:
        replace(PAID, data=orjson.dumps(data)).data_as(InvoiceData)

    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [name for name in HEADERS if not name.startswith("trace")])
def test_a_record_without_a_header_of_the_contract_is_malformed(name: str) -> None:
    key, value, headers = record()

    with pytest.raises(MalformedEvent, match=f"header {name} is missing"):
        from_record(key, value, [header for header in headers if header[0] != name])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ce_specversion": b"0.3"}, "ce_specversion is '0.3', not '1.0'"),
        ({"content_type": b"text/plain"}, "content-type is 'text/plain'"),
        ({"ce_id": None}, "ce_id is missing"),
        ({"ce_id": b""}, "ce_id is empty"),
        ({"ce_id": b"\xff\xfe"}, "ce_id is not UTF-8"),
        ({"ce_time": b"yesterday"}, "ce_time is 'yesterday', not an RFC 3339 time"),
        ({"ce_time": b"2020-03-12T11:06:13"}, "not an RFC 3339 time"),
        ({"ce_detectedat": b"2020-13-12T11:06:13Z"}, "ce_detectedat is"),
        ({"ce_sequence": b"0"}, "ce_sequence is '0', not a number from 1 on"),
        ({"ce_sequence": b"-7"}, "ce_sequence"),
        ({"ce_sequence": b"9" * 20}, "ce_sequence"),
        ({"ce_sequence": "٧".encode()}, "ce_sequence"),
        ({"ce_backfill": b"maybe"}, "ce_backfill is 'maybe'"),
        ({"ce_causationid": b"\x80"}, "ce_causationid is not UTF-8"),
        ({"ce_type": b"a\nb" * 100, "ce_specversion": b"1\n0" * 100}, "ce_specversion"),
    ],
)
def test_a_bad_header_makes_the_record_malformed_and_the_reason_says_which(
    changes: dict[str, bytes | None], reason: str
) -> None:
    with pytest.raises(MalformedEvent, match=reason) as caught:
        from_record(*record(**changes))

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        (None, b"{}", "the record has no key"),
        (b"", b"{}", "the record has no key"),
        (b"\xff", b"{}", "the record key is not UTF-8"),
        (b"key", None, "the record has no value"),
        (b"key", b"", "the value is not JSON"),
        (b"key", b"\xff\x00", "the value is not JSON"),
        (b"key", b"[" * 100_000, "the value is not JSON"),
        (b"key", b"[1]", "the value is JSON but not an object"),
    ],
)
def test_a_record_needs_a_key_and_a_json_object(
    key: bytes | None, value: bytes | None, reason: str
) -> None:
    with pytest.raises(MalformedEvent, match=reason):
        from_record(key, value, to_headers(PAID))


@given(
    key=st.none() | st.binary(),
    value=st.none() | st.binary() | st.just(PAID.data),
    headers=header_lists,
)
def test_whatever_the_bytes_are_a_record_is_an_event_or_malformed(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, Any]]
) -> None:
    with suppress(MalformedEvent):
        assert isinstance(from_record(key, value, headers), Event)


@given(st.sampled_from(sorted(HEADERS)), header_values)
def test_whatever_one_header_is_a_record_is_an_event_or_malformed(name: str, text: Any) -> None:
    try:
        read = from_record(PAID.key.encode(), PAID.data, [*HEADERS.items(), (name, text)])
    except MalformedEvent:
        return
    assert from_record(read.key.encode(), read.data, to_headers(read)) == read


def test_a_trace_header_that_cannot_be_read_costs_the_trace_and_not_the_event() -> None:
    read = from_record(*record(traceparent=b"\xff", tracestate=None))

    assert (read.traceparent, read.tracestate) == (None, None)


def test_header_names_are_read_in_any_case_and_the_last_of_a_name_counts() -> None:
    headers = [(name.upper(), text) for name, text in to_headers(PAID)]
    headers.append(("traceparent", b"00-11-22-01"))

    assert from_record(PAID.key.encode(), PAID.data, headers) == replace(
        PAID, traceparent="00-11-22-01"
    )


def test_a_media_type_with_parameters_is_still_json() -> None:
    assert from_record(*record(content_type=b"Application/JSON; charset=utf-8")) == PAID


times = st.datetimes(timezones=st.just(UTC))
texts = st.text(min_size=1)


@given(
    st.builds(
        Event,
        id=texts,
        source=texts,
        type=texts,
        subject=texts,
        time=times,
        data=st.just(PAID.data),
        key=texts,
        sequence=st.integers(1, 2**63 - 1),
        detected_at=times,
        dataschema=texts,
        correlation_id=texts,
        causation_id=st.none() | texts,
        backfill=st.booleans(),
        traceparent=st.none() | texts,
        tracestate=st.none() | texts,
    )
)
def test_every_event_survives_the_way_over_kafka(written: Event) -> None:
    assert from_record(written.key.encode(), written.data, to_headers(written)) == written


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sequence": 0}, "sequence 0 is not from 1"),
        ({"sequence": 2**63}, "is not from 1"),
        ({"subject": ""}, "empty ce_subject"),
        ({"time": datetime(2020, 3, 12)}, "without a time zone"),
    ],
)
def test_an_event_that_breaks_the_contract_is_not_written(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        to_headers(replace(PAID, **changes))


def test_the_samples_have_distinct_times_so_that_a_mix_up_would_show() -> None:
    assert HAPPENED != DETECTED
