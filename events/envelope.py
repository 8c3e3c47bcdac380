"""One event as a Kafka record and back: CloudEvents 1.0, Kafka binding, binary mode."""

from __future__ import annotations

import builtins
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from events.base import format_instant, parse_instant

CONTENT_TYPE = "application/json"
LARGEST_SEQUENCE = 2**63 - 1  # what a database can hold

_SEQUENCE_TEXT = re.compile(r"[0-9]{1,20}", re.ASCII)
_LONGEST_QUOTE = 60  # characters of a bad value shown in a reason

Model = TypeVar("Model", bound=BaseModel)


class MalformedEvent(ValueError):
    """A record is no event of ours; the text is one line that says what is wrong with it."""


@dataclass(frozen=True)
class Event:
    """One event. All times are aware; `data` is the JSON value exactly as on the topic."""

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    data: bytes
    key: str
    sequence: int
    detected_at: datetime
    dataschema: str
    correlation_id: str
    causation_id: str | None = None
    backfill: bool = False
    traceparent: str | None = None
    tracestate: str | None = None

    def data_as(self, model: builtins.type[Model]) -> Model:
        """Read the data; fields that this release does not know are passed over.

        Raises:
            MalformedEvent: the data does not fit the model; the reason names the fields, no values.
        """
        try:
            return model.model_validate_json(self.data, extra="ignore")
        except ValidationError as error:
            faults = error.errors(include_url=False, include_context=False, include_input=False)
            told = "; ".join(
                f"{'.'.join(str(part) for part in fault['loc']) or 'data'}: {fault['msg']}"
                for fault in faults[:3]
            )
            raise MalformedEvent(_line(f"event {self.id} ({self.type}): {told}")) from None


def to_headers(event: Event) -> list[tuple[str, bytes]]:
    """Write the record headers of the event; absent ones are left out.

    Raises:
        ValueError: as `header_texts`.
    """
    return [(name, text.encode()) for name, text in header_texts(event)]


def header_texts(event: Event) -> list[tuple[str, str]]:
    """Give the record headers of the event as text, to be kept; absent ones are left out.

    Raises:
        ValueError: a time is naive, a text is empty, or the sequence is not 1 to 2^63-1.
    """
    if not 1 <= event.sequence <= LARGEST_SEQUENCE:
        raise ValueError(f"event {event.id}: sequence {event.sequence} is not from 1 to 2^63-1")
    texts = {
        "ce_specversion": "1.0",
        "ce_id": event.id,
        "ce_source": event.source,
        "ce_type": event.type,
        "ce_subject": event.subject,
        "ce_time": format_instant(event.time),
        "ce_dataschema": event.dataschema,
        "content-type": CONTENT_TYPE,
        "ce_correlationid": event.correlation_id,
        "ce_causationid": event.causation_id,
        "ce_detectedat": format_instant(event.detected_at),
        "ce_sequence": f"{event.sequence:020d}",
        "ce_backfill": "true" if event.backfill else None,
        "traceparent": event.traceparent,
        "tracestate": event.tracestate,
    }
    if empty := [name for name, text in texts.items() if text == ""]:
        raise ValueError(f"event {event.id}: empty {', '.join(empty)}")
    return [(name, text) for name, text in texts.items() if text is not None]


def from_record(
    key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
) -> Event:
    """Read an event from a Kafka record.

    Header names are read in any case, and of a repeated header the last one counts, as the
    CloudEvents SDK does. Headers that we do not know are passed over. A trace header that cannot
    be read is dropped: telemetry must never cost an event.

    Raises:
        MalformedEvent: and nothing else, whatever the bytes are.
    """
    found = {name.lower(): text for name, text in headers}
    if (version := _required(found, "ce_specversion")) != "1.0":
        raise MalformedEvent(f"header ce_specversion is {_quote(version)}, not '1.0'")
    media_type = _required(found, "content-type")
    if media_type.partition(";")[0].strip().lower() != CONTENT_TYPE:
        raise MalformedEvent(f"header content-type is {_quote(media_type)}, not {CONTENT_TYPE!r}")
    return Event(
        id=_required(found, "ce_id"),
        source=_required(found, "ce_source"),
        type=_required(found, "ce_type"),
        subject=_required(found, "ce_subject"),
        time=_instant(found, "ce_time"),
        data=_json_object(value),
        key=_record_key(key),
        sequence=_sequence(found),
        detected_at=_instant(found, "ce_detectedat"),
        dataschema=_required(found, "ce_dataschema"),
        correlation_id=_required(found, "ce_correlationid"),
        causation_id=_optional(found, "ce_causationid"),
        backfill=_backfill(found),
        traceparent=_trace(found, "traceparent"),
        tracestate=_trace(found, "tracestate"),
    )


def _optional(found: Mapping[str, bytes], name: str) -> str | None:
    raw: object = found.get(name)
    if raw is None:
        return None
    if not isinstance(raw, bytes):
        raise MalformedEvent(f"header {name} is not bytes")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise MalformedEvent(f"header {name} is not UTF-8") from None
    if not text:
        raise MalformedEvent(f"header {name} is empty")
    return text


def _required(found: Mapping[str, bytes], name: str) -> str:
    raw: object = found.get(name)
    if isinstance(raw, bytes) and raw.isascii() and raw:
        return raw.decode()  # nearly always, and ten times for each event
    text = _optional(found, name)
    if text is None:
        raise MalformedEvent(f"header {name} is missing")
    return text


def _instant(found: Mapping[str, bytes], name: str) -> datetime:
    text = _required(found, name)
    try:
        return parse_instant(text)
    except ValueError:
        raise MalformedEvent(f"header {name} is {_quote(text)}, not an RFC 3339 time") from None


def _sequence(found: Mapping[str, bytes]) -> int:
    text = _required(found, "ce_sequence")
    if not _SEQUENCE_TEXT.fullmatch(text) or not 1 <= int(text) <= LARGEST_SEQUENCE:
        raise MalformedEvent(f"header ce_sequence is {_quote(text)}, not a number from 1 on")
    return int(text)


def _backfill(found: Mapping[str, bytes]) -> bool:
    text = _optional(found, "ce_backfill") or "false"
    if text not in ("true", "false"):
        raise MalformedEvent(f"header ce_backfill is {_quote(text)}, not 'true'")
    return text == "true"


def _trace(found: Mapping[str, bytes], name: str) -> str | None:
    try:
        return _optional(found, name)
    except MalformedEvent:
        return None


def _record_key(key: bytes | None) -> str:
    if not key:
        raise MalformedEvent("the record has no key")
    try:
        return key.decode()
    except UnicodeDecodeError:
        raise MalformedEvent("the record key is not UTF-8") from None


def _json_object(value: bytes | None) -> bytes:
    if value is None:
        raise MalformedEvent("the record has no value")
    try:
        read = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise MalformedEvent(_line(f"the value is not JSON: {error}")) from None
    if not isinstance(read, dict):
        raise MalformedEvent("the value is JSON but not an object")
    return value


def _quote(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…")


def _line(text: str) -> str:
    return " ".join(text.split())
