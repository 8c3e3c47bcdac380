"""The essensys client: the same four operations on every resource of the table.

Addresses, answers and rules are those of sections "Records, Queries, Filters" and "HTTP Methods".
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, Generic
from urllib.parse import quote

import httpx
import orjson

from adapters.essensys import resources
from adapters.essensys.auth import grant
from adapters.essensys.envelope import Row, read_envelope, read_rows
from adapters.essensys.formats import read_id
from adapters.essensys.paging import ListMovedError, Page, read_pages
from adapters.essensys.queries import Where, fields_list
from adapters.essensys.records import clean_row
from adapters.essensys.resources import P, R, ResourceSpec
from adapters.http.auth import BearerAuth
from adapters.http.call import Answer, Call
from adapters.http.client import TIMEOUT, HttpClient
from adapters.http.clock import SYSTEM_CLOCK, Clock
from adapters.http.errors import NotFound, Transient, Unsendable
from adapters.http.limits import Limits
from adapters.http.models import parse

API: Final = "/api/1.0"
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
_ID: Final = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class PutAnswer:
    """What a PUT saved: the provider's ids and its clock (UTC).

    That the ids are in the order of the items is not documented: where it matters, save one.
    """

    ids: tuple[str, ...]
    server_time: datetime | None


class Resource(Generic[R, P]):
    """One resource of one connection. Whatever a call raises is said at HttpClient.send."""

    def __init__(self, http: HttpClient, spec: ResourceSpec[R, P], time_zone: tzinfo) -> None:
        """`time_zone` is the zone of the clock by which times are written."""
        self._http = http
        self._spec = spec
        self._time_zone = time_zone

    async def get(self, record_id: str) -> R | None:
        """The record, None where there is none. Raises Unsendable for what is no id."""
        call = Call(
            operation=f"get_{self._spec.path}",
            method="GET",
            path=f"{API}/{self._spec.path}/{{id}}",
            parts={"id": self._checked(record_id)},
        )
        try:
            answer = await self._http.send(call)
        except NotFound:
            return None
        rows = self._identified(answer, read_rows(answer, self._spec.key).rows or [])
        # contracttype/1 answers two records: the id decides.
        for row in rows:
            if row[self._spec.id_field] == record_id:
                return self._parse(row, answer)
        if rows:
            raise answer.unreadable(f"asked for one record, the answer has {len(rows)} others")
        return None

    async def query(
        self, where: Where | None = None, fields: Iterable[str] | None = None
    ) -> AsyncIterator[R]:
        """All records that the conditions hold for, each once; `fields` are the provider's names.

        Raises:
            Transient: beside the usual, where the list keeps moving while it is read.
        """
        async for page in self.pages(where, fields):
            for row in page.rows:
                yield self._parse(row, page.answer)

    async def pages(
        self, where: Where | None = None, fields: Iterable[str] | None = None
    ) -> AsyncIterator[Page]:
        """The same as rows without a model, in pages; the first page comes even if it is empty."""
        query = {"where": str(where)} if where is not None and where.conditions else {}
        if fields is not None:
            query["fields"] = fields_list(dict.fromkeys((self._spec.id_field, *fields)))
        operation = f"query_{self._spec.path}"

        async def fetch(start: int, end: int) -> Page:
            window = {**query, "startrecord": str(start), "endrecord": str(end)}
            answer = await self._http.send(
                Call(operation, "GET", f"{API}/{self._spec.path}", query=window)
            )
            envelope = read_rows(answer, self._spec.key)
            rows = self._identified(answer, envelope.rows or [])
            return Page(rows, envelope.server_time, envelope.total, answer)

        try:
            async for page in read_pages(fetch, self._spec.id_field):
                yield page
        except ListMovedError as error:
            raise Transient(
                self._http.connection, operation, "the list kept moving while it was read"
            ) from error

    async def put(self, items: Sequence[P]) -> PutAnswer:
        """Save new records. What would change an existing one is not documented.

        Never repeated here: there is no key by which the provider would know a repetition.

        Raises:
            Unsendable: the resource is read only, or there is nothing to save.
            Ambiguous: no answer, or one that does not name an id for each item.
        """
        spec = self._spec
        if spec.put_model is None:
            raise self._refusal("put: the resource is read only")
        if not items:
            raise self._refusal("put: nothing to save")
        wire = [item.to_wire(self._time_zone) for item in items]
        answer = await self._write("PUT", "data", orjson.dumps({spec.put_key or spec.key: wire}))
        envelope = read_envelope(answer, spec.put_key or spec.key)
        rows = self._identified(answer, envelope.rows or [])
        ids = tuple(row[spec.id_field] for row in rows)
        if len(ids) != len(items) or len(set(ids)) != len(ids):
            raise answer.unreadable(f"{len(items)} sent, {len(set(ids))} different ids answered")
        return PutAnswer(ids, envelope.server_time)

    async def delete(self, record_id: str) -> None:
        """Delete a record.

        Raises:
            Unsendable: no DELETE is documented for the resource, or that is no id.
            NotFound, Ambiguous: beside the usual.
        """
        if not self._spec.deletable:
            raise self._refusal("delete: none is documented")
        answer = await self._write("DELETE", "itemid", self._checked(record_id).encode())
        read_envelope(answer, self._spec.key)

    async def _write(self, method: str, name: str, value: bytes) -> Answer:
        return await self._http.send(
            Call(
                operation=f"{method.lower()}_{self._spec.path}",
                method=method,
                path=f"{API}/{self._spec.path}",
                headers=FORM,
                # By hand: every blank as %20, which is a blank to any reader of forms.
                content=f"{name}={quote(value, safe='')}".encode(),
                write=True,
            )
        )

    def _identified(self, answer: Answer, rows: list[Row]) -> list[Row]:
        """The rows as facts, each with its id as text."""
        id_field = self._spec.id_field
        try:
            cleaned = [clean_row(row) for row in rows]
            identified = [{**row, id_field: read_id(row.get(id_field))} for row in cleaned]
        except ValueError as error:
            raise answer.unreadable(str(error)) from error
        if any(row[id_field] is None for row in identified):
            raise answer.unreadable(f"a record without {id_field}")
        return identified

    def _parse(self, row: Row, answer: Answer) -> R:
        return parse(self._spec.model, row, answer, self._http.connection)

    def _checked(self, record_id: str) -> str:
        # An empty id would ask for the whole list, and dots for another path.
        if _ID.fullmatch(record_id) is None:
            raise self._refusal(f"{record_id!r:.40} is no id")
        return record_id

    def _refusal(self, reason: str) -> Unsendable:
        return Unsendable(f"{self._http.connection}: {self._spec.path}: {reason}")


class Offer(Generic[R, P]):
    """A resource of the table as an attribute of the client."""

    def __init__(self, spec: ResourceSpec[R, P]) -> None:
        self._spec = spec

    def __get__(self, client: EssensysClient, owner: type[EssensysClient]) -> Resource[R, P]:
        return Resource(client.http, self._spec, client.time_zone)


class EssensysClient:
    """A connection to essensys Operate."""

    charge_sheets = Offer(resources.CHARGE_SHEETS)
    current_charges = Offer(resources.CURRENT_CHARGES)
    batch_charge_sheets = Offer(resources.BATCH_CHARGE_SHEETS)
    booking_charges = Offer(resources.BOOKING_CHARGES)
    invoice_lines = Offer(resources.INVOICE_LINES)
    accounts = Offer(resources.ACCOUNTS)

    def __init__(self, http: HttpClient, time_zone: tzinfo) -> None:
        """`time_zone` is the zone of the clock by which times are written; not documented."""
        self.http = http
        self.time_zone = time_zone

    async def aclose(self) -> None:
        """Close the connections."""
        await self.http.aclose()


def connect(
    *,
    connection: str,
    base_url: str,
    client_id: str,
    client_secret: str,
    username: str,
    password: str,
    time_zone: tzinfo,
    limits: Limits | None = None,
    timeout: float = TIMEOUT,
    clock: Clock = SYSTEM_CLOCK,
    transport: httpx.AsyncBaseTransport | None = None,
) -> EssensysClient:
    """A client for one connection. `base_url` is what stands before /api/1.0 and /oauth2;
    `time_zone` is that of the clock by which times are written; `timeout` is in seconds.
    """
    auth = BearerAuth(grant(client_id, client_secret, username, password), clock)
    http = HttpClient(
        connection=connection,
        base_url=base_url,
        auth=auth,
        limits=limits,
        timeout=timeout,
        clock=clock,
        transport=transport,
    )
    return EssensysClient(http, time_zone)
