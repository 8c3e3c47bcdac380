"""One reaction with its effects, told to a person: where it stands, why, and what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.store.inbox import InboxRow
from adapters.store.ledger import Effect
from workers.cli.tables import as_text, fact, in_full


def told(
    row: InboxRow, outcome: Mapping[str, Any] | None, effects: Sequence[Effect]
) -> Iterator[str]:
    """Tell of a reaction, its outcome as it may be shown, and the effects that it began."""
    yield from _facts(
        ("reaction", f"{row.id} {row.reaction}{'' if row.mode == 'live' else f', {row.mode}'}"),
        ("state", _state(row)),
        ("reason", row.reason),
        ("event", f"{row.event_type} {row.subject}, version {row.sequence}"),
        ("event id", row.event_id),
        ("key", row.ordering_key),
        ("taken in", in_full(row.received_at)),
        ("changed", in_full(row.updated_at)),
        ("next try", _time(row.next_attempt_at)),
        ("trace", row.traceparent),
    )
    yield from _outcome(outcome or {}, {one.effect_key for one in effects})
    for effect in effects:
        yield from _effect(effect)


def _state(row: InboxRow) -> str:
    attempts = f", attempt {row.attempts}" if row.attempts else ""
    if row.state != "running" or row.lease_until is None:
        return f"{row.state}{attempts}"
    return f"{row.state}{attempts}, by {row.lease_owner} until {in_full(row.lease_until)}"


def _outcome(outcome: Mapping[str, Any], began: set[str]) -> Iterator[str]:
    """What a dry run would send, what was refused, and effects that others had begun before."""
    for one in outcome.get("planned", ()):
        yield from _part(("would send", one["key"]), ("kind", one["kind"]), _sent(one["request"]))
    if "response" in outcome:
        status = outcome.get("status")
        yield from _part(
            ("refused", outcome.get("effect_key") or "a call"),
            ("status", status and str(status)),
            _sent(outcome.get("request")),
            ("answer", outcome["response"]),
        )
    for one in outcome.get("effects", ()):
        if one["key"] not in began:
            at = f"{one.get('provider_id')} in {one.get('connection')}"
            yield from _part(("effect", one["key"]), ("state", "done before"), ("there", at))


def _effect(effect: Effect) -> Iterator[str]:
    calls = "1 call" if effect.attempts == 1 else f"{effect.attempts} calls"
    known = f", known by its {effect.found_by}" if effect.found_by else ""
    return _part(
        ("effect", effect.effect_key),
        ("state", f"{effect.state}{known}, {calls}"),
        ("there", f"{effect.provider_id or '?'} in {effect.connection}"),
        ("first sent", in_full(effect.first_sent_at)),
        ("last sent", in_full(effect.sent_at) if effect.attempts > 1 else None),
        ("no answer", _time(effect.lost_at)),
        ("done", _time(effect.done_at)),
        _sent(effect.request),
        ("answer", as_text(effect.response) if effect.response else None),
    )


def _sent(request: Any) -> tuple[str, str | None]:
    if request is None or isinstance(request, str):  # as a client keeps it, cut short
        return "sent", request
    return "sent", as_text(request)


def _part(*named: tuple[str, str | None]) -> Iterator[str]:
    yield ""
    yield from _facts(*named)


def _facts(*named: tuple[str, str | None]) -> Iterator[str]:
    return (fact(name, value) for name, value in named if value)


def _time(at: datetime | None) -> str | None:
    return in_full(at) if at else None
