"""Files of the simulated Plentific: raw bytes in, the same bytes out."""

from __future__ import annotations

from typing import Any

import orjson

from deploy.sandbox.exchange import JSON_TYPE, Answer
from deploy.sandbox.plentific.answers import answered, cut, found
from deploy.sandbox.plentific.records import add
from deploy.sandbox.plentific.requests import RefusedError, Request, accepts, bad_request
from deploy.sandbox.state import SandboxState

BINARY_TYPE = "application/octet-stream"
NAME_HEADER = "X-Plentific-File"
KNOWN_KEYS = {"name", "url"}  # the document speaks of a URL and shows only the name


def upload(state: SandboxState, request: Request) -> Answer:
    """POST /files: the body is the file, its type and name are in headers."""
    call = request.call
    if not accepts(call, JSON_TYPE):
        raise RefusedError(406, f"Accept must be {JSON_TYPE}.")
    if not call.media_type:
        raise bad_request("Content-Type: is required.")
    name = _name(call.headers.get(NAME_HEADER.lower(), ""))
    if not call.body:
        raise bad_request("The body is empty.")
    fields = {"_name": name, "_media_type": call.media_type, "_content": call.body}
    file = add(state.plentific, "files", call.now, fields)
    headers = (("x-resource-id", file["uuid"]),)
    return answered(request, cut(request.operation.answer, file), headers)


def get(state: SandboxState, request: Request) -> Answer:
    """GET /files/{file_uuid}: the file itself."""
    file = found(state.plentific.of("files"), request.uuids[0])
    if not accepts(request.call, BINARY_TYPE):
        raise bad_request(f"Accept: must be {BINARY_TYPE}.")
    return binary(request, file["_content"], file["_name"], BINARY_TYPE)


def get_invoice_pdf(state: SandboxState, request: Request) -> Answer:
    """GET /invoices/{invoice_uuid}/pdf."""
    invoice = found(state.plentific.invoices, request.uuids[0])
    name = f"invoice-{invoice['id']}.pdf"
    content = f"%PDF-1.4\n% fictional invoice {invoice['id']}\n%%EOF\n".encode()
    return binary(request, content, name, "application/pdf")


def binary(request: Request, content: bytes, name: str, media_type: str) -> Answer:
    """An answer that is a file."""
    shown = name.encode("ascii", "replace").decode().replace('"', "'")
    headers = (
        ("content-disposition", f'attachment; filename="{shown}"'),
        ("content-type", media_type),
    )
    return Answer(request.operation.status, content, (*answered(request, None).headers, *headers))


def _name(header: str) -> str:
    try:
        given: Any = orjson.loads(header)
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict) or given.keys() - KNOWN_KEYS:
        raise bad_request(f"{NAME_HEADER}: must be a JSON object with a name.")
    if not isinstance(given.get("name"), str) or not given["name"]:
        raise bad_request(f"{NAME_HEADER}: name is required.")
    return str(given["name"])
