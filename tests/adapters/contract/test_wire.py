"""Every operation over real HTTP against the simulated providers: the wire equals the document."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest

from adapters.http.requests import RequestModel
from adapters.planiso.models.users import UserChange, UserNew
from deploy.sandbox import running_sandbox
from deploy.sandbox.essensys.one_of_each import one_of_each as essensys_ids
from deploy.sandbox.facilitee.one_of_each import one_of_each as facilitee_ids
from deploy.sandbox.planiso.one_of_each import one_of_each as planiso_ids
from deploy.sandbox.plentific.one_of_each import one_of_each as plentific_ids
from deploy.sandbox.recording import RecordedRequest
from deploy.sandbox.server import Sandbox
from deploy.sandbox.state import SandboxState
from tests.adapters.contract import catalogue
from tests.adapters.contract.calls import CREDENTIALS, TOKEN, call, connected, request_body
from tests.adapters.contract.catalogue import Operation
from tests.adapters.contract.meaning import meaning
from tests.adapters.contract.test_requests import decoded
from tests.adapters.contract.unproven import NOT_A_BODY, NOT_SENT

pytestmark = pytest.mark.skipif(not catalogue.PRESENT, reason="the documents are not here")

# The documented bodies of users hold the names of types: these are typed ones in their place.
USERS: Mapping[str, RequestModel] = {
    "create_user": UserNew(
        custom_no="NEW-1",
        username="nobodyyet",
        fullname="Pat Example",
        email="nobody.yet@example.com",
    ),
    "update_user": UserChange(fullname="Pat Example"),
}
EMAIL_OF = {
    "get_owner_id_by_email": "owner_email",
    "get_property_manager_id_by_email": "manager_email",
    "get_property_user_id_by_email": "property_user_email",
}
ONE_OF_EACH: Mapping[str, Callable[[SandboxState], Mapping[str, str]]] = {
    "plentific": plentific_ids,
    "facilitee": facilitee_ids,
    "planiso": planiso_ids,
}
BELOW = {"plentific": "", "facilitee": "/api/public", "planiso": ""}


def stocked(provider: str) -> tuple[SandboxState, Mapping[str, str]]:
    """A sandbox's state with one record of everything of a provider, and their ids."""
    state = SandboxState()
    ids = _essensys_copy(state) if provider == "essensys" else ONE_OF_EACH[provider](state)
    settings = getattr(state, provider).settings
    settings.unknown_references = "accept"  # the documented bodies refer to made-up things
    return state, ids


def _essensys_copy(state: SandboxState) -> Mapping[str, str]:
    """Copy the records of essensys into a state: they are many, and slow to make."""
    records, ids = _essensys_made()
    state.essensys = pickle.loads(records)
    return ids


@cache
def _essensys_made() -> tuple[bytes, Mapping[str, str]]:
    state = SandboxState()
    ids = essensys_ids(state)
    return pickle.dumps(state.essensys), ids


def base_url(sandbox: Sandbox, provider: str) -> str:
    url: str = getattr(sandbox, f"{provider}_url")
    return url


def known(operation: Operation, ids: Mapping[str, str]) -> dict[str, Any]:
    """The values that are not made up, by their names on the wire."""
    if operation.provider == "planiso":
        return {"no": ids[operation.resource or ""]}
    given: dict[str, Any] = dict(ids)
    if operation.name == "create_invoice_bank_transfer_payment_details":
        given["invoice_uuid"] = ids["invoice_without_bank_details_uuid"]
    if operation.name in EMAIL_OF:
        given["email"] = ids[EMAIL_OF[operation.name]]
    if operation.provider == "facilitee":
        given = {k: int(v) if v.lstrip("-").isdigit() else v for k, v in given.items()}
        given["newOwnerId"] = int(ids["new_owner_id"])
    return given


@pytest.mark.parametrize("operation", list(catalogue.all_operations()), ids=lambda one: one.id)
async def test_an_operation_on_the_wire_is_as_documented(operation: Operation) -> None:
    provider = operation.provider
    state, ids = stocked(provider)
    given = known(operation, ids)
    async with running_sandbox(state) as sandbox:
        url = base_url(sandbox, provider)
        async with connected(provider, url, **CREDENTIALS[provider]) as client:
            if operation.name == TOKEN:
                await client.create_token()
            else:
                await call(client, operation.name, given, body_for(operation))

    assert_documented(operation, state, given)


def body_for(operation: Operation) -> Any:
    name = f"{operation.provider}/{operation.name}.request"
    if name in NOT_A_BODY:
        return USERS[operation.name]
    return request_body(operation.provider, operation.name, without=NOT_SENT.get(name, {}))


def assert_documented(operation: Operation, state: SandboxState, given: Mapping[str, Any]) -> None:
    """The recorded request is what the catalogue says."""
    requests = state.requests.find(provider=operation.provider, operation=operation.name)
    assert requests, "the request is another operation to the simulated provider"
    seen = requests[0]
    assert [one.status for one in requests] == [operation.success or 200] * len(requests)
    assert seen.method == operation.method
    below = "/api" if operation.id == "facilitee.create_token" else BELOW[operation.provider]
    assert re.fullmatch(below + pattern(operation.path, given), seen.path)
    assert set(seen.query) == set(operation.query)
    for header in operation.headers:
        assert header.lower() in seen.headers, f"{header} is missing"
    assert_encoded(operation, seen)


def assert_encoded(operation: Operation, seen: RecordedRequest) -> None:
    name = f"{operation.name}.request"
    if operation.name == TOKEN:
        return  # never recorded: it is proven by the example of its body
    if operation.encoding is None:
        assert not seen.body
        return
    if operation.encoding.startswith("raw binary"):
        assert seen.body == "%PDF-1.4"
        assert seen.headers["content-type"] == "application/pdf"
        return
    assert seen.headers["content-type"].partition(";")[0] == operation.encoding
    if name in catalogue.examples(operation.provider):
        key = f"{operation.provider}/{name}"
        if key in NOT_A_BODY:
            return
        example = catalogue.example(operation.provider, name)
        left_out = NOT_SENT.get(key, {})
        expected = {field: value for field, value in example.items() if field not in left_out}
        sent = decoded(seen.headers["content-type"], (seen.body or "").encode())
        assert meaning(sent) == meaning(expected)


def pattern(path: str, given: Mapping[str, Any]) -> str:
    """The documented path with the ids that were asked for."""
    parts = re.split(r"\{(\w+)\}", path)
    return "".join(
        re.escape(str(given.get(part, ""))) if index % 2 else re.escape(part)
        for index, part in enumerate(parts)
    )
