"""mirror-assets: Facilitee's places and people become assets, landlords and tenants in Plentific.

A property of Facilitee, which is a building, becomes an estate; a property unit becomes a property
in it; an owner becomes a landlord, and a property user a tenant. Every event only says that it is
time to look: what the thing is now is read from Facilitee, so it does not matter which event comes
first, late or again. What a unit refers to (building, owner, users) is imported before it where
that was never done, and together with it each time, so nothing is linked that is not there.

Each is known in Plentific by its external reference: Facilitee connection, kind and id, such as
`facilitee-property-55`, `facilitee-property_unit-66`, `facilitee-owner-468` and
`facilitee-property_user-610`. With `estate_reference = "custom"` an estate goes under the custom
property id instead, where the building has one: estates that are in Plentific under this reference
are taken over, not doubled.

A tenant has one property in Plentific, a property user may have several units. They are the tenant
of the unit whose main contact they are, else of the first one; the others do not name them.

raise-work-order finds an estate by itself that goes under the custom property id; others are named
in its configuration: `property = { "55" = "facilitee-property-55" }`.

Needs:
    The Plentific organisation that everything goes under. Places need a street and a post code at
    Facilitee; a unit may have those of its building. What lacks them is blocked until they are
    entered there. What was at Facilitee before its streams were first looked at is mirrored by
    `tiebeam backfill` of the streams `properties`, `property-units`, `owners` and `property-users`
    while `backfill = true`.

Example:
    [reactions.mirror-assets]
    mode = "live"
    from = "facilitee"
    to = "plentific"
    organisation_uuid = "49df3292-2767-44bb-80c5-285e8eb85c97"
    estate_reference = "id"             # this is the default; or "custom"

Writes:
    Bulk imports. The first of a thing, once for ever: `asset/<Facilitee connection>/<kind>/<id>`,
    whichever event asks for it. One for each later event about it:
    `asset/<Facilitee connection>/<kind>/<id>/<event id>`. An import has happened when Plentific
    says that it ended well and left nothing out. The landlord and the tenants of a property are set
    to Facilitee's, also to none.

Limits:
    Nothing is deleted in Plentific: what is removed at Facilitee, or not in use there any more
    (`is_active`), stays as it was; a tenant who moved out is not named by the property any more.
    Owner companies, managers, contracts, notes and countries are left out. A name's first word is
    the first name. An e-mail address that Plentific could not take is left out; a value that is
    emptied at Facilitee (e-mail, telephone, second name) stays in Plentific. What an import does
    not say, such as property managers, groups and tags, is taken to stay as it is: that is not
    documented. With `estate_reference = "custom"`, an id that two buildings have is blocked, and a
    building whose id changes gets a new estate. An event of a unit, or of who lives there, costs a
    read for the unit, its building, its owner and each of its users. An import that takes longer
    than about 20 seconds is looked for by its values every half minute until they are there, and
    sent again where they are not: an import repeated changes nothing. Imports go on by themselves:
    one that Plentific carries out after a later one leaves the older state until the next event.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from adapters.facilitee.client import FaciliteeClient
from adapters.facilitee.models.owners import Owner
from adapters.facilitee.models.properties import Property
from adapters.facilitee.models.property_units import PropertyUnit
from adapters.facilitee.models.property_users import PropertyUser
from adapters.http.errors import NotFound
from adapters.http.models import Detail, ProviderModel
from adapters.http.requests import UuidText
from adapters.plentific.models.bulk_import import BulkImportNew
from adapters.store import ledger
from events.envelope import Event, MalformedEvent
from workers.react.effects import asset_import
from workers.react.effects.asset_import import AssetImport
from workers.react.effects.assets_compared import Imported, internal
from workers.react.reaction import Blocked, Effect, Place, Reach, Reaction, ReactionSettings
from workers.react.reactions import mirror_entities as entities

NAME = "mirror-assets"

Thing = Property | Owner | PropertyUser | PropertyUnit

M = TypeVar("M", bound=ProviderModel)

_NAMES: Mapping[str, str] = {
    "property": "estates",
    "owner": "landlords",
    "property_user": "tenants",
    "property_unit": "properties",
}
"""Where each kind of Facilitee's stands in an import."""


class Settings(ReactionSettings):
    """The table `[reactions.mirror-assets]`.

    Attributes:
        organisation_uuid: The Plentific organisation that everything goes under.
        estate_reference: What an estate is known by: the building's Facilitee id, or its custom
            property id where it has one.
    """

    organisation_uuid: UuidText
    estate_reference: Literal["id", "custom"] = "id"


@dataclass(frozen=True)
class Found:
    """What is at Facilitee now: one thing, or a unit with all that it refers to.

    `users` of a unit are those who are its tenants.
    """

    building: Property | None = None
    owner: Owner | None = None
    users: tuple[PropertyUser, ...] = ()
    unit: PropertyUnit | None = None


@dataclass(frozen=True)
class Facts:
    """What is at Facilitee, and which of it was imported before, by the keys of the effects."""

    found: Found
    imported: Mapping[str, ledger.Effect] = field(default_factory=dict)


@dataclass(frozen=True)
class Mirrored:
    """One entity of an import: the key of its first import, where it stands, and what it is."""

    key: str
    name: str
    entity: Imported


# --- what is true now ------------------------------------------------------------------------


async def gather(reach: Reach, event: Event, settings: Settings) -> Facts | None:
    """Read what an event is about as it is now; None where it is gone or not in use.

    Raises:
        Blocked: Two buildings have the custom property id by which an estate would be known.
        MalformedEvent: The event's subject is no id of Facilitee's.
        ProviderError: As in adapters.http.errors.
    """
    if not event.subject.isdecimal():
        raise MalformedEvent(f"event {event.id} ({event.type}): the subject is not a number")
    client: FaciliteeClient = reach.source.client
    found = await _READERS[_kind_of(event)](client, int(event.subject))
    if found is None:
        return None
    if found.building is not None:
        await _refuse_shared(client, found.building, settings)
    # last, so that nobody imports an older state between this look and the call
    keys = [effect_key(settings.source, kind, thing.id) for kind, thing in _things(found)]
    imported = await reach.effects(keys)
    return Facts(found, imported)


def _kind_of(event: Event) -> str:
    return event.type.split(".")[1]


async def _known(reading: Awaitable[Detail[M]]) -> M | None:
    try:
        return (await reading).model
    except NotFound:
        return None


async def _building(client: FaciliteeClient, building_id: int) -> Found | None:
    building = await _known(client.get_property(building_id))
    return None if building is None or building.is_active is False else Found(building=building)


async def _owner(client: FaciliteeClient, owner_id: int) -> Found | None:
    owner = await _known(client.get_owner(owner_id))
    return None if owner is None else Found(owner=owner)


async def _user(client: FaciliteeClient, user_id: int) -> Found | None:
    user = await _known(client.get_property_user(user_id))
    if user is None:
        return None
    unit_id = entities.home(user)
    # a user whose units changed may be the tenant of one of which no event tells
    found = await _unit(client, unit_id) if unit_id is not None else None
    if found is None or user_id not in (one.id for one in found.users):
        return Found(users=(user,))
    return found


async def _unit(client: FaciliteeClient, unit_id: int) -> Found | None:
    unit = await _known(client.get_property_unit(property_unit_id=unit_id))
    if unit is None or unit.is_active is False:
        return None
    building = owner = None
    if unit.property is not None and unit.property.id is not None:
        building = await _known(client.get_property(unit.property.id))
    if unit.owner is not None and unit.owner.id is not None:
        owner = await _known(client.get_owner(unit.owner.id))
    ids = sorted(user.id for user in unit.property_users if user.id is not None)
    users = [await _known(client.get_property_user(one)) for one in ids]
    tenants = tuple(user for user in users if user is not None and entities.home(user) == unit.id)
    return Found(building, owner, tenants, unit)


_READERS: Mapping[str, Callable[[FaciliteeClient, int], Awaitable[Found | None]]] = {
    "property": _building,
    "property_unit": _unit,
    "owner": _owner,
    "property_user": _user,
}


async def _refuse_shared(client: FaciliteeClient, building: Property, settings: Settings) -> None:
    custom = _custom_id(building, settings)
    if custom is None:
        return
    rows = [row.model async for row in client.list_properties(search_parameter=custom).each()]
    ids = {building.id, *(one.id for one in rows if _custom_id(one, settings) == custom)}
    if len(ids) > 1:
        both = " and ".join(str(one) for one in sorted(ids))
        raise Blocked(
            f"properties {both} of Facilitee have the same custom property id {json.dumps(custom)}:"
            " give each its own there, then retry"
        )


# --- what is to be done ----------------------------------------------------------------------


def plan(event: Event, settings: Settings, _place: Place, facts: Facts | None) -> list[Effect]:
    """Return the first imports of what was never imported, and the one that the event asks for.

    Raises:
        Blocked: A place has no address.
        Unsendable: A value has no form that Plentific takes.
    """
    if facts is None:
        return []
    *others, last = mirrored(facts.found, settings)
    whole = AssetImport(event=event.id, batch=_batch([*others, last]))
    effects = [
        Effect(one.key, asset_import.KIND, AssetImport(event=event.id, batch=_batch([one])))
        for one in others
        if not _is_done(facts, one.key)
    ]
    first = facts.imported.get(last.key)
    if first is None or asset_import.asked_by(first.request) == event.id:
        return [*effects, Effect(last.key, asset_import.KIND, whole)]
    if not _is_done(facts, last.key):
        effects.append(Effect(last.key, asset_import.KIND, whole))
    key = f"{effect_key(settings.source, _kind_of(event), event.subject)}/{event.id}"
    return [*effects, Effect(key, asset_import.KIND, whole)]


def effect_key(connection: str, kind: str, entity_id: object) -> str:
    """Return the business key of a thing's first import."""
    return f"asset/{connection}/{kind}/{entity_id}"


def _is_done(facts: Facts, key: str) -> bool:
    return key in facts.imported and facts.imported[key].state == "done"


def mirrored(found: Found, settings: Settings) -> list[Mirrored]:
    """Return the entities of an import, what is named before what names it.

    Raises:
        Blocked: A place has no address.
        Unsendable: A value has no form that Plentific takes.
    """
    ones: list[Mirrored] = []
    for kind, thing in _things(found):
        entity = _entity(thing, found, _reference(kind, thing, settings), settings, ones)
        ones.append(Mirrored(effect_key(settings.source, kind, thing.id), _NAMES[kind], entity))
    return ones


def _things(found: Found) -> Iterator[tuple[str, Thing]]:
    if found.building is not None:
        yield "property", found.building
    if found.owner is not None:
        yield "owner", found.owner
    for user in found.users:
        yield "property_user", user
    if found.unit is not None:
        yield "property_unit", found.unit


def _entity(
    thing: Thing, found: Found, reference: str, settings: Settings, before: Sequence[Mirrored]
) -> Imported:
    organisation = settings.organisation_uuid
    match thing:
        case Property():
            return entities.estate(thing, reference, organisation)
        case Owner():
            return entities.landlord(thing, reference, organisation)
        case PropertyUser():
            return entities.tenant(thing, reference, organisation)
    links = _links(before)
    return entities.property_(thing, found.building, reference, organisation, **links)


def _links(before: Sequence[Mirrored]) -> dict[str, Any]:
    """Return how a property names its estate, landlord and tenants of the same import."""
    named: dict[str, list[str]] = {"estates": [], "landlords": [], "tenants": []}
    for one in before:
        named[one.name].append(internal(one.name, one.entity.external_reference))
    lists = {name: tuple(named[name]) for name in ("landlords", "tenants")}
    return {"parent_estate_uuid": named["estates"][0], **lists} if named["estates"] else lists


def _reference(kind: str, thing: Thing, settings: Settings) -> str:
    custom = _custom_id(thing, settings) if isinstance(thing, Property) else None
    return custom or entities.reference(settings.source, kind, thing.id)


def _custom_id(building: Property, settings: Settings) -> str | None:
    if settings.estate_reference != "custom" or building.custom_property_id is None:
        return None
    return building.custom_property_id.strip() or None


def _batch(ones: Sequence[Mirrored]) -> BulkImportNew:
    by_name: dict[str, Any] = {}
    for one in ones:
        by_name[one.name] = (*by_name.get(one.name, ()), one.entity)
    return BulkImportNew(**by_name)


REACTION = Reaction(
    name=NAME,
    source_provider="facilitee",
    target_provider="plentific",
    event_types=frozenset(
        f"facilitee.{kind}.{happened}" for kind in _READERS for happened in ("created", "updated")
    ),
    settings=Settings,
    plan=plan,
    gather=gather,
)
