"""Bodies served by the sandbox look like the documented examples, key by key."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from deploy.sandbox import Sandbox
from deploy.sandbox.essensys.records import create_account
from deploy.sandbox.plentific.data import CLIENT_ID, CLIENT_SECRET
from tests.deploy.sandbox.conftest import password_grant
from tests.deploy.sandbox.shapes import differences
from tests.paths import SHARED

EXAMPLES = SHARED / "providers" / "examples"
pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="no provider documents here")

# Nullable by the document's tables, or never filled right after creation (contractor, paid_on).
PLENTIFIC_NULLABLE = frozenset(
    (
        *(".access_notes", ".assignee", ".due_date", ".external_reference", ".invoice_uuid"),
        *(".metadata", ".property.external_reference", ".service_invoice_uuid", ".contractor"),
        *(".paid_on", ".tax_withheld", ".job_address.address.address_line_2"),
        *(".recipient.beneficiary.address.address_line_2", "[].paid_on"),
    )
)
FREE = frozenset((".metadata",))


def example(provider: str, name: str) -> Any:
    return orjson.loads((EXAMPLES / provider / f"{name}.json").read_bytes())


def plentific_differences(served: Any, name: str) -> list[str]:
    expected = example("plentific", name)
    return list(differences(served, expected, nullable=PLENTIFIC_NULLABLE, free=FREE))


def essensys_differences(served: Any, expected: Any) -> list[str]:
    return list(differences(served, expected, nullable=frozenset(), free=frozenset()))


async def test_a_plentific_token_has_the_documented_fields(
    plentific_api: httpx.AsyncClient,
) -> None:
    body = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    answer = await plentific_api.post("/token", json=body)

    assert not plentific_differences(answer.json(), "create_token.response")


@pytest.mark.parametrize("path", ["work-orders", "invoices"])
async def test_rows_and_details_look_like_the_examples(
    plentific_api: httpx.AsyncClient, path: str
) -> None:
    rows = (await plentific_api.get(f"/{path}")).json()
    name = path.replace("-", "_")

    assert len(rows) >= 8
    assert not plentific_differences(rows, f"list_{name}.response")
    for row in rows:
        body = (await plentific_api.get(f"/{path}/{row['uuid']}")).json()
        assert not plentific_differences(body, f"get_{name.removesuffix('s')}.response")


RESOURCES = (
    *("chargesheet", "currentcharge", "batchchargesheet", "bookingcharge"),
    *("invoiceline", "account"),
)


@pytest.mark.parametrize("resource", RESOURCES)
async def test_an_essensys_resource_looks_like_its_get_example(
    essensys_api: httpx.AsyncClient, resource: str
) -> None:
    served = (await essensys_api.get(f"/{resource}")).json()
    expected = example("essensys", f"{resource}.get")

    assert not essensys_differences(served, expected)


async def test_an_essensys_token_has_the_documented_fields(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    answer = await http.post(f"{sandbox.essensys_url}/oauth2/token", data=password_grant())
    expected = example("essensys", "_token.response")

    assert not essensys_differences(answer.json(), expected)


async def test_a_saved_charge_sheet_is_answered_in_the_put_shape(
    essensys_api: httpx.AsyncClient,
) -> None:
    body = example("essensys", "chargesheet.put_min")
    body["chargesheets"][0]["accountname"] = "277754"
    saved = (
        await essensys_api.put("/chargesheet", data={"data": orjson.dumps(body).decode()})
    ).json()
    documented = example("essensys", "deviceimport.put_response")

    envelope = [key for key in saved["response"] if key != "chargesheets"]
    assert envelope == [key for key in documented["response"] if key != "deviceimports"]
    item = saved["response"]["chargesheets"][0]
    assert "row_num" not in item
    assert item["creationdate"] == "2026-03-02T09:30:15"
    expected = example("essensys", "chargesheet.get")["response"]["chargesheets"][0]
    assert list(item) == [name for name in expected if name != "row_num"]


async def test_a_deletion_is_answered_with_the_bare_envelope(
    essensys_api: httpx.AsyncClient,
) -> None:
    answer = await essensys_api.request("DELETE", "/chargesheet", data={"itemid": "452326"})
    expected = example("essensys", "area.delete_response")

    assert not essensys_differences(answer.json(), expected)


@pytest.mark.parametrize(
    "name", ["chargesheet.put_full", "chargesheet.put_min", "account.put_curl"]
)
async def test_documented_put_bodies_are_taken(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox, name: str
) -> None:
    """Their account "2" must exist, as must every reference."""
    await _make_account_two(sandbox)
    resource = name.split(".")[0]
    body = orjson.dumps(example("essensys", name)).decode()

    answer = await essensys_api.put(f"/{resource}", data={"data": body})

    assert (answer.status_code, answer.json()["response"]["status"]) == (200, "OK")


async def _make_account_two(sandbox: Sandbox) -> None:
    values = {"accountid": "2", "clientname": "Two Ltd"}
    create_account(sandbox.state.essensys, values, sandbox.state.now())
