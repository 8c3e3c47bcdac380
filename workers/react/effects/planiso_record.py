"""The effect "record made in Planiso": made once, and known again by its `custom_no`.

Planiso refuses a second record of a kind with the same `custom_no` (409), deactivated ones counted.
So ours carry there what they are for: the source connection and the id of the entity. A record is
ours where it has that `custom_no` and the name that was sent (or shows no name); whatever else was
changed since, even that it was deactivated, it has happened. Under our `custom_no` but of another
name, a person looks. A refusal for anything else, such as the name of an organization, stays one.

A look costs one request: the whole list, since Planiso has no filter, of which only the record
found is read in full. It is made after a lost answer and after a 409, never otherwise.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, Literal, TypeVar

from adapters.http.errors import Conflict
from adapters.http.models import Detail, parse
from adapters.http.paging import Pages
from adapters.planiso.client import PlanisoClient
from adapters.planiso.models.customers import Customer, CustomerNew
from adapters.planiso.models.projects import Project, ProjectNew
from adapters.planiso.models.subcontractors import Subcontractor, SubcontractorNew
from workers.react.reaction import (
    Absent,
    Done,
    Effect,
    EffectKind,
    Json,
    Place,
    Search,
    Unclear,
)

N = TypeVar("N", ProjectNew, CustomerNew, SubcontractorNew)
R = TypeVar("R", Project, Customer, Subcontractor)

NO_ADDRESS = "Address not known"
"""What stands where Planiso wants an address and nobody told one."""


@dataclass(frozen=True)
class Creation(Generic[N, R]):
    """How one kind of record is made and listed, and where its name stands.

    `word` is what Planiso calls it, in our keys and messages too.
    """

    word: str
    new: type[N]
    record: type[R]
    create: Callable[[PlanisoClient, N], Awaitable[Detail[R]]]
    listing: Callable[[PlanisoClient], Pages[R]]
    name_sent: Callable[[N], str | None]
    name_shown: Callable[[R], str | None]


def custom_no(connection: str, entity_id: str) -> str:
    """Return what a record carries that is made for an entity of a source connection."""
    return f"{connection}/{entity_id}"


def number_of(provider_id: str) -> str:
    """Return the `no` of a record from the provider id that effects have: `project/12` is 12."""
    return provider_id.rpartition("/")[2]


def creating(creation: Creation[N, R]) -> EffectKind:
    """Return the kind of effect that makes such a record; its calls are Planiso's own bodies.

    Its provider ids say the kind as well (`project/12`): numbers repeat from kind to kind.
    """
    return EffectKind(
        name=creation.word,
        send=partial(_send, creation),
        find=partial(_find, creation),
        request=_request,
        restore=creation.new.model_validate,
    )


async def _send(creation: Creation[N, R], place: Place, effect: Effect) -> Done:
    """Make the record, or take the one for which Planiso refuses it where that is ours.

    Raises:
        ProviderError: As in adapters.http.errors; Conflict says what is in the way.
    """
    call: N = effect.call
    try:
        made = await creation.create(place.client, call)
    except Conflict as refused:
        record = await _under(creation, place, call.custom_no)
        if record is None:
            why = f"no {creation.word} has {call.custom_no}, so something else of it is taken"
            raise _because(refused, why) from refused
        if not _is_ours(creation, record, call):
            raise _because(refused, _another(creation, record)) from refused
        return _done(creation, record, "reference")
    return _done(creation, made.model, "answer")


async def _find(creation: Creation[N, R], place: Place, search: Search) -> Done | Absent | Unclear:
    """Look for the record that an earlier attempt may have made."""
    call: N = search.effect.call
    record = await _under(creation, place, call.custom_no)
    if record is None:
        return Absent()
    if _is_ours(creation, record, call):
        return _done(creation, record, "reference")
    return Unclear(
        f"{_another(creation, record)} in {place.connection}: if it is the one for "
        f"{search.effect.key}, give it that name, else take that custom_no from it; then retry"
    )


async def _under(creation: Creation[N, R], place: Place, wanted: str) -> R | None:
    """Return the record with this `custom_no`; rows are read in full only where it stands."""
    async for page in creation.listing(place.client):
        for row in page.rows:
            if row.get("custom_no") == wanted:
                return parse(creation.record, row, page.answer, place.connection)
    return None


def _is_ours(creation: Creation[N, R], record: R, call: N) -> bool:
    # the form by which a subcontractor's name is sent is inferred: it may have been ignored
    return creation.name_shown(record) in (None, creation.name_sent(call))


def _another(creation: Creation[N, R], record: R) -> str:
    return f"{creation.word} {record.no} has {record.custom_no} and another name than was sent"


def _because(refused: Conflict, why: str) -> Conflict:
    """Return the refusal again, with what a look at the records says of it."""
    return Conflict(
        refused.connection,
        refused.operation,
        why,
        status=refused.status,
        problem=refused.problem,
        request_excerpt=refused.request_excerpt,
        response_excerpt=refused.response_excerpt,
    )


def _done(creation: Creation[N, R], record: R, found_by: Literal["answer", "reference"]) -> Done:
    response = {"no": record.no, "aff_number": record.aff_number}
    return Done(f"{creation.word}/{record.no}", found_by, response)


def _request(call: N) -> Json:
    return call.to_wire()
