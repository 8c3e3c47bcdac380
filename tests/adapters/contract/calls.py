"""Calls any operation of any provider, with arguments made up from its declared parameters."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import typing
from collections.abc import AsyncIterator, Container, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from types import UnionType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from adapters.essensys import client as essensys
from adapters.facilitee import client as facilitee
from adapters.http.limits import Limits
from adapters.http.models import Detail, ProviderModel
from adapters.http.operations import Downloading, Listing, Sending, Uploading
from adapters.http.paging import Pages
from adapters.http.requests import RequestModel
from adapters.planiso import client as planiso
from adapters.plentific import client as plentific
from deploy.sandbox.essensys import data as essensys_data
from deploy.sandbox.facilitee import data as facilitee_data
from deploy.sandbox.planiso import data as planiso_data
from deploy.sandbox.plentific import data as plentific_data
from tests.adapters.contract import catalogue

CLIENTS: Mapping[str, type] = {
    "plentific": plentific.PlentificClient,
    "facilitee": facilitee.FaciliteeClient,
    "planiso": planiso.PlanisoClient,
    "essensys": essensys.EssensysClient,
}
CREDENTIALS: Mapping[str, Mapping[str, str]] = {
    "plentific": {
        "client_id": plentific_data.CLIENT_ID,
        "client_secret": plentific_data.CLIENT_SECRET,
    },
    "facilitee": {
        "client_id": facilitee_data.CLIENT_ID,
        "client_secret": facilitee_data.CLIENT_SECRET,
    },
    "planiso": {"api_key": planiso_data.API_KEY},
    "essensys": {
        "client_id": essensys_data.CLIENT_ID,
        "client_secret": essensys_data.CLIENT_SECRET,
        "username": essensys_data.USERNAME,
        "password": essensys_data.PASSWORD,
    },
}
"""What the simulated providers take."""

TOKEN = "create_token"
QUICK = Limits(requests_per_second=100_000, max_in_flight=4)
AT = datetime(2023, 1, 19, 8, 10, 58, tzinfo=UTC)
UUID = "15791638-f098-49ca-b1a6-40da5bc47255"


def declaration(provider: str, name: str) -> Any:
    """The declaration of an operation, as it stands on the client's class."""
    return getattr(CLIENTS[provider], name)


@asynccontextmanager
async def connected(provider: str, base_url: str, **credentials: str) -> AsyncIterator[Any]:
    """A client of a provider."""
    secrets: dict[str, Any] = {"client_id": "id-1", "client_secret": "secret-1"}
    connect: Any = {
        "plentific": plentific.connect,
        "facilitee": facilitee.connect,
        "planiso": planiso.connect,
        "essensys": essensys.connect,
    }[provider]
    if provider == "planiso":
        secrets = {"api_key": "key-1"}
    if provider == "essensys":
        secrets |= {"username": "u", "password": "p-1-2-3", "time_zone": ZoneInfo("Europe/London")}
    given = secrets | credentials
    client = connect(connection=provider, base_url=base_url, limits=QUICK, timeout=5.0, **given)
    try:
        yield client
    finally:
        await client.aclose()


def arguments(declared: Any, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A value for every parameter of an operation, by its type; `known` by its name on the wire."""
    known = known or {}
    hints = typing.get_type_hints(declared.params)
    name_of = declared.request.style.name
    return {
        one.name: known.get(name_of(one.name), _made_up(hints[one.name], one.name))
        for one in dataclasses.fields(declared.params)
        if one.name != "page_size"
    }


async def call(
    client: Any,
    name: str,
    known: Mapping[str, Any],
    body: RequestModel | None,
    most_rows: int | None = None,
) -> Any:
    """Call an operation with every parameter given, and read its answer to the end.

    Of a list no more than `most_rows` are read: an example may announce more than it shows.
    """
    declared = getattr(type(client), name)
    method = getattr(client, name)
    given = arguments(declared, known)
    if isinstance(declared, Listing):
        return await read_rows(method(**given), most_rows)
    if isinstance(declared, Sending):
        return await method(body, **given)
    if isinstance(declared, Downloading):
        async with method(**given) as download:
            return b"".join([chunk async for chunk in download])
    if isinstance(declared, Uploading):
        return await method(b"%PDF-1.4", name="report.pdf", content_type="application/pdf")
    return await method(**given)


async def read_rows(pages: Pages[Any], most: int | None) -> list[Detail[Any]]:
    """The first rows of a list, or all."""
    found: list[Detail[Any]] = []
    async with contextlib.aclosing(pages.each()) as rows:
        async for row in rows:
            found.append(row)
            if len(found) == most:
                break
    return found


def models(answer: Any) -> list[ProviderModel]:
    """The typed parts of what a method returned."""
    if isinstance(answer, list):
        return [model for one in answer for model in models(one)]
    if isinstance(answer, Detail):
        return [answer.model]
    return [answer] if isinstance(answer, ProviderModel) else []


def request_body(provider: str, name: str, without: Container[str] = ()) -> RequestModel | None:
    """The typed body that a documented example is; None where the operation has none."""
    declared = declaration(provider, name)
    if not isinstance(declared, Sending):
        return None
    example = catalogue.example(provider, f"{name}.request")
    raw = {key: value for key, value in example.items() if key not in without}
    body: RequestModel = declared.body.model_validate_json(json.dumps(raw))
    return body


def _made_up(hint: Any, name: str) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _made_up(args[0], name)
    if origin in (typing.Union, UnionType):
        return _made_up(next(one for one in args if one is not type(None)), name)
    if origin is Literal:
        return args[0]
    if origin is tuple:
        return (_made_up(args[0], name),)
    return MADE_UP[hint](name)


MADE_UP: Mapping[Any, Any] = {
    str: lambda name: "somebody@example.com" if "email" in name else UUID,
    int: lambda _name: 110,
    bool: lambda _name: True,
    date: lambda _name: AT.date(),
    datetime: lambda _name: AT,
}
