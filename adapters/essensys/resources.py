"""One resource of essensys: what it is called where, and the four operations on it.

Addresses, answers and rules are those of sections "Records, Queries, Filters" and "HTTP Methods".
Paths are sent in lower case.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final, Generic, Never, Protocol, Self, TypeVar, overload
from urllib.parse import quote

import orjson

from adapters.essensys.envelope import Row, read_envelope, read_rows
from adapters.essensys.formats import read_id
from adapters.essensys.paging import ListMovedError, Page, read_pages
from adapters.essensys.queries import Where, fields_list
from adapters.essensys.records import Record, clean_row, id_field
from adapters.essensys.writing import PutModel
from adapters.http.call import Answer, Call
from adapters.http.client import HttpClient
from adapters.http.errors import NotFound, Transient, Unsendable
from adapters.http.models import parse

API: Final = "/api/1.0"
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
_ID: Final = re.compile(r"[A-Za-z0-9_-]+")

R = TypeVar("R", bound=Record)
P = TypeVar("P", bound=PutModel)


class Connection(Protocol):
    """The client that resources are declared on."""

    @property
    def http(self) -> HttpClient:
        """How calls are sent."""

    @property
    def time_zone(self) -> tzinfo:
        """The zone of the clock by which times are written."""


@dataclass(frozen=True, slots=True)
class ResourceSpec(Generic[R, P]):
    """A resource as declared on the client; read from a connected client, it is the `Resource`.

    Attributes:
        path: Below /api/1.0/.
        key: Of the list in a read answer.
        id_field: The field of the record's own id.
        model: A record as read.
        put_model: A record as written; None where no PUT is documented, and P is Never.
        put_key: Of the list in a PUT body.
        readable: Whether a GET is documented.
        deletable: Whether a DELETE is documented.
    """

    path: str
    key: str
    id_field: str
    model: type[R]
    put_model: type[P] | None
    put_key: str
    readable: bool
    deletable: bool

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...

    @overload
    def __get__(self, client: Connection, owner: type) -> Resource[R, P]: ...

    def __get__(self, client: Connection | None, owner: type) -> Self | Resource[R, P]:
        return self if client is None else Resource(client.http, self, client.time_zone)


@overload
def resource(
    path: str, model: type[R], *, key: str | None = None, deletable: bool = False
) -> ResourceSpec[R, Never]: ...


@overload
def resource(
    path: str,
    model: type[R],
    *,
    put: type[P],
    key: str | None = None,
    put_key: str | None = None,
    readable: bool = True,
    deletable: bool = False,
) -> ResourceSpec[R, P]: ...


def resource(
    path: str,
    model: type[R],
    *,
    put: type[Any] | None = None,
    key: str | None = None,
    put_key: str | None = None,
    readable: bool = True,
    deletable: bool = False,
) -> ResourceSpec[R, Any]:
    """Declare a resource; without `put` it is read only.

    Nearly every list is called by its path and an "s", whatever the word, in reads and in PUTs.
    """
    key = key or f"{path}s"
    return ResourceSpec(path, key, id_field(model), model, put, put_key or key, readable, deletable)


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
        """The record, None where there is none.

        Raises:
            Unsendable: no GET is documented for the resource, or that is no id.
        """
        self._check_readable("get")
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
            Unsendable: no GET is documented for the resource.
            Transient: beside the usual, where the list keeps moving while it is read.
        """
        async for page in self.pages(where, fields):
            for row in page.rows:
                yield self._parse(row, page.answer)

    async def pages(
        self, where: Where | None = None, fields: Iterable[str] | None = None
    ) -> AsyncIterator[Page]:
        """The same as rows without a model, in pages; the first page comes even if it is empty."""
        self._check_readable("query")
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
        for item in items:
            if not isinstance(item, spec.put_model):
                kinds = f"{spec.put_model.__name__}, not {type(item).__name__}"
                raise self._refusal(f"put: an item must be {kinds}")
        wire = [item.to_wire(self._time_zone) for item in items]
        answer = await self._write("PUT", "data", orjson.dumps({spec.put_key: wire}))
        envelope = read_envelope(answer, spec.put_key)
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
        name = self._spec.id_field
        try:
            cleaned = [clean_row(row) for row in rows]
            identified = [{**row, name: read_id(row.get(name))} for row in cleaned]
        except ValueError as error:
            raise answer.unreadable(str(error)) from error
        if any(row[name] is None for row in identified):
            raise answer.unreadable(f"a record without {name}")
        return identified

    def _parse(self, row: Row, answer: Answer) -> R:
        return parse(self._spec.model, row, answer, self._http.connection)

    def _check_readable(self, operation: str) -> None:
        if not self._spec.readable:
            raise self._refusal(f"{operation}: none is documented")

    def _checked(self, record_id: str) -> str:
        # An empty id would ask for the whole list, and dots for another path.
        if _ID.fullmatch(record_id) is None:
            raise self._refusal(f"{record_id!r:.40} is no id")
        return record_id

    def _refusal(self, reason: str) -> Unsendable:
        return Unsendable(f"{self._http.connection}: {self._spec.path}: {reason}")
