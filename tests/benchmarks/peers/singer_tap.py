"""singer-sdk: a tap that emits the whole list, in its quickest set-up.

Messages are encoded by msgspec, and values not converted to the schema's types, which they have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.helpers._typing import TypeConformanceLevel
from singer_sdk.pagination import BaseOffsetPaginator

from tests.benchmarks.peers.passes import Task, measure


class Offsets(BaseOffsetPaginator):
    """Ends with the count that the header tells."""

    def has_more(self, response: Any) -> bool:
        """Whether there is a page after this one."""
        count = int(response.headers["X-Pagination-Count"])
        return bool(self.current_value + self._page_size < count)


class WorkOrders(RESTStream):
    """The list of work orders, whole each time."""

    name = "work_orders"
    path = "/work-orders"
    primary_keys = ("uuid",)
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    schema = th.PropertiesList(
        th.Property("uuid", th.UUIDType, required=True),
        th.Property("created", th.DateTimeType),
        th.Property("due_date", th.StringType),
        th.Property("external_reference", th.StringType),
        th.Property("is_emergency", th.BooleanType),
        th.Property("organisation_uuid", th.UUIDType),
        th.Property("property_uuid", th.UUIDType),
        th.Property("status", th.StringType),
        th.Property("work_order_type", th.StringType),
    ).to_dict()

    @property
    def url_base(self) -> str:
        """Where the provider is."""
        return str(self.config["url"])

    def get_new_paginator(self) -> Offsets:
        """From the beginning."""
        return Offsets(start_value=0, page_size=self.config["page"])

    def get_http_request(self, *, page: Any) -> Any:
        """A request for a page, which its headers tell."""
        request = super().get_http_request(page=page)
        request.headers = {
            "X-Pagination-Limit": str(self.config["page"]),
            "X-Pagination-Offset": str(page.next_page_token or 0),
        }
        return request

    def parse_response(self, response: Any) -> Iterator[dict[str, Any]]:
        """The rows of a page."""
        rows = response.json()
        self._tap.seen += len(rows)
        yield from rows


class Listing(Tap):
    """A tap of one stream."""

    name = "tap-listing"
    message_writer_class = MsgSpecWriter
    seen = 0
    config_jsonschema = th.PropertiesList(
        th.Property("url", th.StringType, required=True),
        th.Property("page", th.IntegerType, required=True),
    ).to_dict()

    def discover_streams(self) -> list[WorkOrders]:
        """The one stream."""
        return [WorkOrders(tap=self)]


def main(task: Task) -> None:
    """Emit the list twice."""

    def look() -> int:
        tap = Listing(config={"url": task.url, "page": task.page})
        tap.sync_all()
        return tap.seen

    measure(task, look)


if __name__ == "__main__":
    main(Task.told())
