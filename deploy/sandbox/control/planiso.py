"""Control of the simulated Planiso: its records as they really are, made and changed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from deploy.sandbox.control.asking import Ask, Endpoint
from deploy.sandbox.planiso.records import add, change, existing
from deploy.sandbox.planiso.resources import RESOURCES, Resource
from deploy.sandbox.settings import as_json
from deploy.sandbox.settings import change as change_switches
from deploy.sandbox.state import SandboxState


def list_records(resource: Resource, state: SandboxState, _ask: Ask) -> Any:
    """All records of a resource, inactive ones too, as they are stored."""
    return list(state.planiso.records[resource.plural])


def post_record(resource: Resource, state: SandboxState, ask: Ask) -> Any:
    """Make a record."""
    return add(state.planiso, resource, ask.body, state.now())


def patch_record(resource: Resource, state: SandboxState, ask: Ask) -> Any:
    """Change a record; `active` too."""
    record = existing(state.planiso, resource, ask.params["no"])
    return change(state.planiso, resource, record, ask.body, state.now())


def read_settings(state: SandboxState, _ask: Ask) -> Any:
    """The switches."""
    return as_json(state.planiso.settings)


def change_settings(state: SandboxState, ask: Ask) -> Any:
    """Change switches."""
    change_switches(state.planiso.settings, ask.body)
    return as_json(state.planiso.settings)


def counts(state: SandboxState) -> dict[str, int]:
    """How many records there are, inactive ones too."""
    return {plural: len(state.planiso.records[plural]) for plural in RESOURCES}


def _routes(resource: Resource) -> Iterator[tuple[str, str, Endpoint]]:
    path = f"/planiso/{resource.plural.replace('_', '-')}"
    yield "GET", path, partial(list_records, resource)
    yield "POST", path, partial(post_record, resource)
    yield "PATCH", path + "/{no}", partial(patch_record, resource)


ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    *(route for resource in RESOURCES.values() for route in _routes(resource)),
    ("GET", "/planiso/settings", read_settings),
    ("POST", "/planiso/settings", change_settings),
)
