from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import pytest

from adapters.http.call import Call
from adapters.http.client import HttpClient
from adapters.http.errors import Ambiguous, MalformedAnswer, Unsendable
from adapters.http.models import ProviderModel
from adapters.http.operations import (
    Downloading,
    Listing,
    Nothing,
    Operation,
    Request,
    Sending,
    Style,
    Uploading,
    detail_of,
    nothing,
    path_names,
    plain_text,
)
from adapters.http.paging import Page
from adapters.http.requests import Maybe, RequestModel
from tests.adapters.http.servers import RawServer, Seen, Wire, raw_server


class Thing(ProviderModel):
    uuid: str | None = None


class ThingNew(RequestModel):
    name: str
    note: Maybe[str] = None


class OtherNew(RequestModel):
    hue: str


@dataclass(frozen=True, kw_only=True)
class OneThing:
    thing_uuid: str


@dataclass(frozen=True, kw_only=True)
class ThingFilter:
    status: str | None = None
    state: Literal["new", "done"] | None = None
    built_from: date | None = None
    tags: tuple[str, ...] | None = None
    empty: bool | None = None
    page_size: int = 20


@dataclass(frozen=True, kw_only=True)
class FileUpload:
    thing_uuid: str
    name: str
    content_type: str
    length: int | None = None


@dataclass(frozen=True)
class OnePage:
    """Everything on one page; the page's size goes into a header, so that it can be seen."""

    http: HttpClient
    call: Call
    page_size: int
    first: int = 1

    @property
    def connection(self) -> str:
        return self.http.connection

    @property
    def operation(self) -> str:
        return self.call.operation

    async def read(self, position: int) -> Page:
        call = dataclasses.replace(self.call, headers={"X-Size": str(self.page_size)})
        answer = await self.http.send(call)
        return Page(answer.body, None, position, answer)

    def after(self, page: Page, position: int) -> int | None:
        return None


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def described(file: FileUpload) -> dict[str, str]:
    return {"Content-Type": file.content_type, "X-File": json.dumps({"name": file.name})}


PLAIN = Style()
OTHER = Style(
    prefix="/api",
    name=camel,
    text=lambda value: f"<{plain_text(value)}>",
    encoding="form",
    fields=lambda wire: {"data": json.dumps(wire)},
    content=lambda answer: answer.body["data"],
)
THING = detail_of(Thing, PLAIN)


class Client:
    list_things = Listing(
        Request("GET", "/things", PLAIN, "json"), ThingFilter, Thing, OnePage, "uuid"
    )
    get_thing = Operation(Request("GET", "/things/{thing_uuid}", PLAIN), OneThing, THING)
    create_thing = Sending(Request("POST", "/things", PLAIN), ThingNew, Nothing, THING)
    change_thing = Sending(
        Request("PUT", "/things/{thing_uuid}", PLAIN), ThingNew, OneThing, nothing
    )
    remove_thing = Operation(Request("DELETE", "/things/{thing_uuid}", PLAIN), OneThing, nothing)
    get_file = Downloading(
        Request("GET", "/files/{thing_uuid}", PLAIN, headers={"Accept": "image/png"}), OneThing
    )
    upload_file = Uploading(
        Request("POST", "/things/{thing_uuid}/files", PLAIN, headers={"X-Kind": "file"}),
        FileUpload,
        described,
        THING,
    )
    get_other = Operation(
        Request("GET", "/others/{thingUuid}", OTHER), OneThing, detail_of(Thing, OTHER)
    )
    list_others = Listing(Request("GET", "/others", OTHER), ThingFilter, Thing, OnePage, None)
    create_other = Sending(Request("POST", "/others", OTHER), ThingNew, Nothing, nothing)

    def __init__(self, http: HttpClient) -> None:
        self.http = http


@asynccontextmanager
async def serving(body: Any = None) -> AsyncIterator[tuple[Client, RawServer]]:
    async def answer(seen: Seen, wire: Wire) -> None:
        await wire.answer(200, {"uuid": "1"} if body is None else body)

    async with raw_server(answer) as server:
        http = HttpClient(connection="test", base_url=server.url)
        yield Client(http), server
        await http.aclose()


async def test_one_thing_is_read_raw_and_typed() -> None:
    async with serving({"uuid": "1", "hue": "red"}) as (client, server):
        detail = await client.get_thing(thing_uuid="a/b")

    assert detail.raw == {"uuid": "1", "hue": "red"}
    assert detail.model.uuid == "1"
    assert (server.seen[0].method, server.seen[0].target) == ("GET", "/things/a%2Fb")


async def test_a_body_is_the_methods_first_argument_and_sent_as_json() -> None:
    async with serving() as (client, server):
        created = await client.create_thing(ThingNew(name="tap"))
        await client.change_thing(ThingNew(name="tap", note="new"), thing_uuid="7")

    assert created.model.uuid == "1"
    assert [(seen.method, seen.target) for seen in server.seen] == [
        ("POST", "/things"),
        ("PUT", "/things/7"),
    ]
    assert [json.loads(seen.body) for seen in server.seen] == [
        {"name": "tap"},
        {"name": "tap", "note": "new"},
    ]


async def test_an_operation_without_a_body_sends_none() -> None:
    async with serving(b"") as (client, server):
        await client.remove_thing(thing_uuid="7")

    assert (server.seen[0].method, server.seen[0].body) == ("DELETE", b"")


async def test_parameters_that_the_path_does_not_name_are_the_query_and_none_is_left_out() -> None:
    async with serving([]) as (client, server):
        pages = client.list_things(built_from=date(2026, 3, 2), tags=("a", "b"), empty=False)
        assert [page.rows async for page in pages] == [[]]

    assert server.seen[0].target == "/things?built_from=2026-03-02&tags=a,b&empty=false"


async def test_a_page_size_is_the_pagers_and_never_in_the_query() -> None:
    async with serving([{"uuid": "1"}]) as (client, server):
        rows = [row async for row in client.list_things(page_size=7).each()]
        assert [page async for page in client.list_things()]

    assert [row.model.uuid for row in rows] == ["1"]
    assert [seen.headers["x-size"] for seen in server.seen] == ["7", "20"]
    assert [seen.target for seen in server.seen] == ["/things", "/things"]


async def test_a_provider_may_spell_names_values_bodies_and_answers_its_own_way() -> None:
    async with serving({"data": {"uuid": "9"}}) as (client, server):
        detail = await client.get_other(thing_uuid="7")
        await client.create_other(ThingNew(name="tap"))
    async with serving([]) as (client, lists):
        assert [page.rows async for page in client.list_others(built_from=date(2026, 3, 2))]

    assert detail.model.uuid == "9"
    assert server.seen[0].target == "/api/others/%3C7%3E"
    assert server.seen[1].body == b"data=%7B%22name%22%3A+%22tap%22%7D"
    assert lists.seen[0].target == "/api/others?builtFrom=%3C2026-03-02%3E"


async def test_a_file_is_downloaded_with_the_headers_that_are_declared() -> None:
    async with (
        serving(b"\x89PNG") as (client, server),
        client.get_file(thing_uuid="7") as download,
    ):
        assert [chunk async for chunk in download] == [b"\x89PNG"]

    assert server.seen[0].target == "/files/7"
    assert server.seen[0].headers["accept"] == "image/png"


async def test_a_file_is_uploaded_as_it_is_and_described_in_headers() -> None:
    async def content() -> AsyncIterator[bytes]:
        yield b"\x89PNG"

    name = 'pl"än\r\n.png'
    async with serving() as (client, server):
        stored = await client.upload_file(
            b"\x89PNG", thing_uuid="7", name=name, content_type="image/png"
        )
        await client.upload_file(
            content, thing_uuid="7", name=name, content_type="image/png", length=4
        )

    assert stored.model.uuid == "1"
    for seen in server.seen:
        assert (seen.method, seen.target, seen.body) == ("POST", "/things/7/files", b"\x89PNG")
        assert seen.headers["content-type"] == "image/png"
        assert seen.headers["x-kind"] == "file"
        assert seen.headers["content-length"] == "4"
        assert json.loads(seen.headers["x-file"]) == {"name": name}


async def test_a_content_type_that_is_no_header_is_unsendable() -> None:
    async with serving() as (client, server):
        with pytest.raises(Unsendable, match="upload_file: the header Content-Type"):
            await client.upload_file(b"", thing_uuid="7", name="a", content_type="a\r\nX-A: 1")

    assert server.seen == []


def test_read_from_the_class_an_operation_is_its_declaration() -> None:
    assert Client.get_thing.request == Request("GET", "/things/{thing_uuid}", PLAIN)
    assert Client.get_thing.params is OneThing
    assert Client.create_thing.body is ThingNew
    assert Client.change_thing.read is nothing
    assert Client.list_things.row is Thing
    assert Client.list_things.key == "uuid"
    assert Client.get_file.request.headers == {"Accept": "image/png"}
    assert Client.upload_file.params is FileUpload
    assert Client.upload_file.describe is described
    assert Client.upload_file.read is THING


@pytest.mark.parametrize("name", [name for name in vars(Client) if "_" in name.strip("_")])
def test_an_operation_is_named_as_it_is_declared(name: str) -> None:
    assert getattr(Client, name).name == name


async def test_the_name_of_an_operation_is_in_its_errors() -> None:
    async with serving([]) as (client, _):
        with pytest.raises(MalformedAnswer, match="test: get_thing: an object was expected"):
            await client.get_thing(thing_uuid="7")
        with pytest.raises(Ambiguous, match="test: create_thing: an object was expected"):
            await client.create_thing(ThingNew(name="tap"))
        assert client.list_things().operation == "list_things"


async def test_a_wrong_parameter_is_refused_before_anything_is_sent() -> None:
    async with serving() as (client, server):
        with pytest.raises(TypeError, match="colour"):
            client.list_things(colour="red")  # type: ignore[call-arg]
        with pytest.raises(Unsendable, match=r"^get_thing: thing_uuid cannot be"):
            await client.get_thing(thing_uuid="..")

    assert server.seen == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"state": "frozen"}, "state: Input should be 'new' or 'done'"),
        ({"status": 7}, "status: Input should be a valid string"),
        ({"built_from": datetime(2026, 3, 2)}, "built_from: Input should be a valid date"),
        ({"empty": "yes"}, "empty: Input should be a valid boolean"),
        ({"tags": "a"}, "tags: Input should be a valid tuple"),
        ({"page_size": "20"}, "page_size: Input should be a valid integer"),
        ({"status": "\ud800"}, "status: holds half a character"),
    ],
)
async def test_a_parameter_of_another_type_or_value_than_documented_is_refused_in_one_line(
    given: dict[str, Any], says: str
) -> None:
    async with serving() as (client, server):
        with pytest.raises(Unsendable) as raised:
            client.list_things(**given)

    assert str(raised.value).startswith(f"list_things: parameters: {says}")
    assert "\n" not in str(raised.value)
    assert server.seen == []


async def test_what_the_path_needs_cannot_be_none() -> None:
    async with serving() as (client, server):
        with pytest.raises(Unsendable, match="get_thing: parameters: thing_uuid: "):
            await client.get_thing(thing_uuid=None)  # type: ignore[arg-type]

    assert server.seen == []


@pytest.mark.parametrize("body", [{"name": "tap"}, OtherNew(hue="red"), None])
async def test_a_body_that_is_not_the_operations_own_is_refused(body: Any) -> None:
    async with serving() as (client, server):
        with pytest.raises(Unsendable, match=r"^create_thing: the body must be ThingNew, not \w+$"):
            await client.create_thing(body)

    assert server.seen == []


@pytest.mark.parametrize(("method", "write"), [("GET", False), ("POST", True), ("DELETE", True)])
def test_everything_but_a_get_has_an_effect(method: str, write: bool) -> None:
    assert Request(method, "/things", PLAIN).call("it", Nothing()).write is write


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (7, "7"),
        ("é", "é"),
        (date(2026, 3, 2), "2026-03-02"),
        (("a", 1, True), "a,1,true"),
        ([], ""),
    ],
)
def test_values_are_spelt_as_most_providers_want_them(value: Any, text: str) -> None:
    assert plain_text(value) == text


def test_the_names_in_a_path_come_in_their_order() -> None:
    assert path_names("/a/{b}/c/{d_e}") == ["b", "d_e"]
    assert path_names("/a") == []
