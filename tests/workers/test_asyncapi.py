"""`/asyncapi` and `/asyncapi.json`: the topics of this deployment, in a page that loads nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from adapters.kafka.settings import KafkaSettings
from events.asyncapi import document
from events.catalogue import EVENT_TYPES, all_topics
from workers import ops
from workers.asyncapi import deployment, routes
from workers.asyncapi_page import Field, fields, page
from workers.wiring import Parts

PASSWORD = "tr0ub4dor&3"
KAFKA = KafkaSettings(
    "kafka-1:9093, kafka-2:9093",
    security_protocol="SASL_SSL",
    sasl_mechanism="SCRAM-SHA-512",
    sasl_username="tiebeam",
    sasl_password=PASSWORD,
    topic_prefix="live.",
    partitions=24,
    replication_factor=3,
)
VOID = {"meta", "input", "br"}


class Outline(HTMLParser):
    """The tags of a page, each closed in its order, and what they name and point at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.labels: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        found = {name: value or "" for name, value in attrs}
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found[name] for name in ("href", "src", "action") if name in found]
        self.labels += [found[name] for name in ("for", "aria-labelledby") if name in found]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=routes(KAFKA)))
    async with httpx.AsyncClient(transport=transport, base_url="http://ops") as http:
        yield http


async def test_the_document_is_that_of_this_deployment(client: httpx.AsyncClient) -> None:
    answer = await client.get("/asyncapi.json")

    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert [one["address"] for one in told["channels"].values()] == all_topics("live.")
    assert told["channels"]["plentific.invoices"]["bindings"]["kafka"]["partitions"] == 24
    login = {"protocol": "kafka-secure", "security": [{"type": "scramSha512"}]}
    assert told["servers"] == {
        "bootstrap-1": {"host": "kafka-1:9093", **login},
        "bootstrap-2": {"host": "kafka-2:9093", **login},
    }
    assert PASSWORD not in answer.text
    assert "sasl_username" not in answer.text


@pytest.mark.parametrize(
    ("login", "told"),
    [
        ({"ssl_certfile": "own.pem"}, {"type": "X509"}),
        (
            {
                "security_protocol": "SASL_SSL",
                "sasl_mechanism": "OAUTHBEARER",
                "sasl_oauth_token_url": "https://idp/token",
                "sasl_oauth_client_id": "me",
                "sasl_oauth_client_secret": PASSWORD,
            },
            {
                "type": "oauth2",
                "flows": {
                    "clientCredentials": {"tokenUrl": "https://idp/token", "availableScopes": {}}
                },
            },
        ),
    ],
)
def test_other_logins_are_told_too(login: dict[str, Any], told: dict[str, Any]) -> None:
    kafka = KafkaSettings("kafka:9093", **{"security_protocol": "SSL", **login})
    (server,) = deployment(kafka).servers.values()

    assert server == {"host": "kafka:9093", "protocol": "kafka-secure", "security": [told]}


async def test_the_page_has_every_topic_and_event_and_loads_nothing(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/asyncapi")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    outline = Outline(answer.text)
    assert outline.open == []
    assert [one for one in outline.ids if one != "q"] == all_topics("live.")
    assert outline.links == ["asyncapi.json", *(f"#{topic}" for topic in all_topics("live."))]
    assert set(outline.labels) <= set(outline.ids)
    assert outline.seen.count("details") == len(EVENT_TYPES)
    for name in EVENT_TYPES:
        assert f"<summary><code>{name}</code></summary>" in answer.text
    assert PASSWORD not in answer.text


async def test_nothing_but_the_script_and_the_style_of_the_page_may_run(
    client: httpx.AsyncClient,
) -> None:
    policy = (await client.get("/asyncapi")).headers["content-security-policy"]

    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script-src 'sha256-" in policy
    assert "unsafe" not in policy


def test_both_are_on_the_operations_port() -> None:
    parts = cast("Parts", SimpleNamespace(kafka=KAFKA))

    paths = {route.path for route in ops.app(parts).routes if isinstance(route, Route)}
    assert {"/asyncapi", "/asyncapi.json", "/health/live", "/metrics"} <= paths


def test_fields_are_listed_down_to_the_last_part() -> None:
    told = document()
    found = {
        one.path: one
        for one in fields(told, told["components"]["schemas"]["plentific.InvoiceData"])
    }

    assert found["invoice.uuid"] == Field("invoice.uuid", "string", True, "")
    assert found["invoice.paid_on"].kind == "string (date-time) or null"
    assert found["invoice.items"].kind == "array of object"
    assert found["invoice.items[].type"].kind == "labour | materials | other"
    assert found["invoice.items[].unit_price"].kind == "string, such as 66.00"
    assert found["invoice.items[].type"].about == "What a line is for."
    assert found["previous"].kind == "object or null"


def test_a_field_that_holds_its_own_kind_ends() -> None:
    node = {"type": "object", "properties": {"inner": {"$ref": "#/components/schemas/Node"}}}
    told = {"components": {"schemas": {"Node": node}}}

    assert [one.path for one in fields(told, node)] == ["inner", "inner.inner"]


def test_what_is_no_html_stays_text() -> None:
    told = document()
    told["info"]["title"] = "<script>alert(1)</script>"
    told["channels"]["plentific.invoices"]["address"] = '"><b>'

    text = page(told)

    assert "<script>alert" not in text
    assert '"><b>' not in text


def test_topics_have_one_kind_of_data_each_which_the_page_relies_on() -> None:
    models = {(row.topic, row.model) for row in EVENT_TYPES.values()}

    assert len(models) == len(all_topics())
