"""What a stream tells of one thing below a work order that changes step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adapters.http.models import Detail, ProviderModel
from tests.workers.detect.changed import FACTS, with_changes
from tests.workers.fake_clock import START
from workers.detect.stream import Change, Json, Known, Stream, Told, Transition

WORK_ORDER, UUID = "0f6c1f6e-6a0c-4f8a-9b0e-5a9c1f0c7d11", "15791638-f098-49ca-b1a6-40da5bc47255"


@dataclass
class Story:
    """`raw` is the detail as sent (with what its path says); looks come one after the other."""

    stream: Stream
    model: type[ProviderModel]
    raw: Json
    known: Known | None = None
    version: int = 0

    @property
    def state(self) -> Json:
        """The thing as events carry it."""
        raw = {**self.raw, "uuid": UUID, "work_order_uuid": WORK_ORDER}
        return self.stream.state(Detail(raw, self.model.model_validate(self.raw)), FACTS)

    def look(self, **changes: Any) -> Told:
        """What is told after these changes, in the provider's words."""
        self.raw = with_changes(self.raw, **changes)
        state = self.state
        told = self.stream.told(Change(self.known, state, state, self.version, START))
        self.known = Known(state, complete=True, marks=told.marks)
        self.version += len(told.transitions)
        return told

    def news(self, **changes: Any) -> list[Transition]:
        """The transitions that are told after these changes."""
        return self.look(**changes).transitions


def types(transitions: list[Transition]) -> list[str]:
    """The types of transitions, without the provider."""
    return [one.event_type.removeprefix("plentific.") for one in transitions]
