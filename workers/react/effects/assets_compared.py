"""Plentific compared with a bulk import: is everything there as it was sent?"""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.http.models import Detail
from adapters.plentific.client import PlentificClient
from adapters.plentific.models.assets import AssetNew
from adapters.plentific.models.bulk_import import BulkImportNew, PersonImport

Imported = AssetNew | PersonImport

LINKS = ("landlords", "tenants", "parent_estate_uuid")
"""Fields of what is sent that name other entities of the same import."""

SHOWN_AS = {"postcode": "postal_code", "town": "city"}
"""What a landlord's address is called where it is read."""

NOT_SHOWN = frozenset({"organisation_uuid", *LINKS})


@dataclass(frozen=True)
class Kind:
    """How entities of one kind are listed by external reference, and read where rows are thin."""

    rows: Callable[[PlentificClient, Imported], AsyncIterable[Any]]
    detail: Callable[[PlentificClient, str], Awaitable[Detail[Any]]] | None = None


def _by_reference(name: str) -> Callable[[PlentificClient, Imported], AsyncIterable[Any]]:
    def rows(client: PlentificClient, one: Imported) -> AsyncIterable[Any]:
        pages = getattr(client, f"list_{name}")(
            external_reference=one.external_reference, organisation_uuid=one.organisation_uuid
        )
        found: AsyncIterable[Any] = pages.each()
        return found

    return rows


def _landlords(client: PlentificClient, one: Imported) -> AsyncIterable[Any]:
    # they can be filtered by organisation only
    return client.list_landlords(organisation_uuid=one.organisation_uuid).each()


# What is named comes before what names it.
KINDS: Mapping[str, Kind] = {
    "estates": Kind(_by_reference("estates"), lambda client, uuid: client.get_estate(uuid)),
    "landlords": Kind(_landlords),
    "tenants": Kind(_by_reference("tenants")),
    "properties": Kind(_by_reference("properties"), lambda client, uuid: client.get_property(uuid)),
}


def internal(name: str, reference: str | None) -> str:
    """Return how another entity of the same import is named by its external reference."""
    return f"#/{name}/{reference}"


async def is_as_wanted(client: PlentificClient, batch: BulkImportNew) -> bool:
    """Tell whether everything of an import is there, with its values and links."""
    uuids: dict[str, str] = {}
    for name, kind in KINDS.items():
        for one in getattr(batch, name) or ():
            uuid = await _uuid_of(client, kind, one, uuids)
            if uuid is None:
                return False
            uuids[internal(name, one.external_reference)] = uuid
    return True


async def _uuid_of(
    client: PlentificClient, kind: Kind, wanted: Imported, uuids: Mapping[str, str]
) -> str | None:
    """Return the uuid of an entity that is as wanted; None where there is none."""
    async for found in kind.rows(client, wanted):
        row = found.model
        shown = row if kind.detail is None else (await kind.detail(client, row.uuid)).model
        if _has_values(wanted, shown) and _has_links(wanted, row, shown, uuids):
            return str(row.uuid)
    return None


def _has_values(wanted: Imported, shown: Any) -> bool:
    values = {name: one for name, one in wanted.to_wire().items() if name not in NOT_SHOWN}
    return all(_shown(shown, SHOWN_AS.get(name, name)) == one for name, one in values.items())


def _shown(shown: Any, name: str) -> Any:
    # a landlord's address is flat where it is sent and nested where it is shown
    part = shown if hasattr(shown, name) else getattr(shown, "address", None)
    return getattr(part, name, None)


def _has_links(wanted: Imported, row: Any, shown: Any, uuids: Mapping[str, str]) -> bool:
    sent = wanted.to_wire()
    for name in LINKS:
        if name in sent:
            # a property's estate is shown in its row only
            linked = getattr(row, name, None) or getattr(shown, name, None) or ()
            if _texts(linked) != {uuids.get(one, one) for one in _texts(sent[name])}:
                return False
    return True


def _texts(value: Any) -> set[str]:
    return {value} if isinstance(value, str) else set(value)
