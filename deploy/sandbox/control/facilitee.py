"""Control of the simulated Facilitee: make, change and delete records of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from deploy.sandbox.control.asking import Ask, Endpoint
from deploy.sandbox.facilitee.kinds import KINDS, Kind
from deploy.sandbox.facilitee.records import add, change, existing
from deploy.sandbox.settings import as_json
from deploy.sandbox.settings import change as change_switches
from deploy.sandbox.state import SandboxState


def list_records(kind: Kind, state: SandboxState, _ask: Ask) -> Any:
    """All records of a kind, as they are stored."""
    return list(state.facilitee.records[kind.name])


def post_record(kind: Kind, state: SandboxState, ask: Ask) -> Any:
    """Make a record."""
    return add(state.facilitee, kind, ask.body, state.now())


def patch_record(kind: Kind, state: SandboxState, ask: Ask) -> Any:
    """Change a record."""
    record = existing(state.facilitee, kind, ask.params["id"])
    return change(state.facilitee, kind, record, ask.body, state.now())


def delete_record(kind: Kind, state: SandboxState, ask: Ask) -> Any:
    """Delete a record, whatever refers to it."""
    existing(state.facilitee, kind, ask.params["id"])
    return state.facilitee.records[kind.name].remove(ask.params["id"])


def read_settings(state: SandboxState, _ask: Ask) -> Any:
    """The switches."""
    return as_json(state.facilitee.settings)


def change_settings(state: SandboxState, ask: Ask) -> Any:
    """Change switches."""
    change_switches(state.facilitee.settings, ask.body)
    return as_json(state.facilitee.settings)


def counts(state: SandboxState) -> dict[str, int]:
    """How many records there are."""
    records = state.facilitee.records
    return {name.replace("-", "_"): len(records[name]) for name in KINDS}


def _routes(kind: Kind) -> Iterator[tuple[str, str, Endpoint]]:
    path = f"/facilitee/{kind.name}"
    yield "GET", path, partial(list_records, kind)
    yield "POST", path, partial(post_record, kind)
    yield "PATCH", path + "/{id}", partial(patch_record, kind)
    yield "DELETE", path + "/{id}", partial(delete_record, kind)


ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    *(route for kind in KINDS.values() for route in _routes(kind)),
    ("GET", "/facilitee/settings", read_settings),
    ("POST", "/facilitee/settings", change_settings),
)
