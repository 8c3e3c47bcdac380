"""Files, invoices as PDF and bank transfer details of the simulated Plentific."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from deploy.sandbox import Sandbox
from deploy.sandbox.plentific.invoices import create_invoice, pay_invoice
from tests.deploy.sandbox.conftest import START

CONTENT = b"%PDF-1.4\n\x00\xff"
HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/pdf",
    "X-Plentific-File": '{"name": "report.pdf"}',
}


async def test_a_file_comes_back_as_it_was_sent(plentific_api: httpx.AsyncClient) -> None:
    sent = await plentific_api.post("/files", content=CONTENT, headers=HEADERS)
    uuid = sent.json()["uuid"]
    accept = {"Accept": "application/octet-stream"}
    got = await plentific_api.get(f"/files/{uuid}", headers=accept)

    assert (sent.status_code, sent.headers["X-Resource-Id"]) == (201, uuid)
    assert list(sent.json()) == ["uuid"]
    assert (got.status_code, got.content) == (200, CONTENT)
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"] == 'attachment; filename="report.pdf"'
    assert got.headers["Content-Length"] == str(len(CONTENT))


@pytest.mark.parametrize(
    ("changes", "content", "status", "complaint"),
    [
        ({"X-Plentific-File": None}, CONTENT, 400, "X-Plentific-File"),
        ({"X-Plentific-File": "report.pdf"}, CONTENT, 400, "must be a JSON object"),
        ({"X-Plentific-File": '{"filename": "a"}'}, CONTENT, 400, "must be a JSON object"),
        ({"X-Plentific-File": '{"name": ""}'}, CONTENT, 400, "name is required"),
        ({"Content-Type": None}, CONTENT, 400, "Content-Type"),
        ({"Accept": "text/html"}, CONTENT, 406, "Accept"),
        ({}, b"", 400, "empty"),
    ],
)
async def test_a_file_without_its_headers_is_refused(
    plentific_api: httpx.AsyncClient, changes: Any, content: bytes, status: int, complaint: str
) -> None:
    headers = {name: text for name, text in {**HEADERS, **changes}.items() if text is not None}

    answer = await plentific_api.post("/files", content=content, headers=headers)

    assert answer.status_code == status
    assert complaint in answer.json()["detail"]


async def test_a_file_is_given_only_to_those_who_take_bytes(
    plentific_api: httpx.AsyncClient,
) -> None:
    sent = await plentific_api.post("/files", content=CONTENT, headers=HEADERS)

    answer = await plentific_api.get(f"/files/{sent.json()['uuid']}")

    assert answer.status_code == 400
    assert "application/octet-stream" in answer.json()["detail"]


async def test_an_invoice_is_a_pdf_too(plentific_api: httpx.AsyncClient) -> None:
    [first, *_] = (await plentific_api.get("/invoices")).json()

    answer = await plentific_api.get(f"/invoices/{first['uuid']}/pdf")

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")


async def test_bank_details_are_made_once_and_only_while_something_is_owed(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    data = sandbox.state.plentific
    unpaid, paid = (create_invoice(data, START, {})["uuid"] for _ in range(2))
    pay_invoice(data, paid, START)
    path = f"/invoices/{unpaid}/bank-transfer-payment-details"

    missing = await plentific_api.get(path)
    made = await plentific_api.post(path)
    again = await plentific_api.post(path)
    late = await plentific_api.post(path.replace(unpaid, paid))

    assert (missing.status_code, missing.content) == (404, b"")
    assert (made.status_code, made.json()["total_amount"]) == (201, 60)
    assert (again.status_code, list(again.json())) == (409, ["detail"])
    assert (late.status_code, list(late.json())) == (422, ["detail"])
    assert (await plentific_api.get(path)).json() == made.json()


async def test_unpaid_bank_details_are_one_object_or_a_list(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    data, url = sandbox.state.plentific, "/invoices/unpaid/bank-transfer-payment-details"
    invoice = create_invoice(data, START, {})["uuid"]
    none = await plentific_api.get(url)
    path = f"/invoices/{invoice}/bank-transfer-payment-details"
    made = (await plentific_api.post(path)).json()

    one = await plentific_api.get(url)
    data.settings.unpaid_bank_details = "array"
    many = await plentific_api.get(url)
    pay_invoice(data, invoice, START)

    assert (none.json(), one.json(), many.json()) == ({}, made, [made])
    assert "X-Pagination-Count" not in one.headers
    assert (await plentific_api.get(url)).json() == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_body_where_none_is_documented_is_refused(
    plentific_api: httpx.AsyncClient, method: str
) -> None:
    path = "/estates/any" if method == "DELETE" else "/invoices"

    answer = await plentific_api.request(method, path, json={})

    assert (answer.status_code, answer.json()["detail"]) == (400, "This operation takes no body.")
