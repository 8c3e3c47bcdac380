"""Estates, blocks, properties and the groups that they are in."""

from __future__ import annotations

from typing import Any, Literal

from adapters.http.models import Many, ProviderModel
from adapters.http.requests import Maybe, RequestModel, UuidText
from adapters.plentific.models.shared import Metadata, Texts

AssetOrder = Literal["created", "-created", "external_reference", "-external_reference"]


class AssetRow(ProviderModel):
    """What a list shows of any asset: references, neither name nor address."""

    uuid: str
    external_reference: str | None = None
    organisation_uuid: str | None = None
    property_groups: Many[str] = ()


class EstateRow(AssetRow):
    """An estate as a list shows it (plentific.txt: "List all estates")."""


class BlockRow(AssetRow):
    """A block as a list shows it (plentific.txt: "List all blocks")."""

    parent_estate_uuid: str | None = None


class PropertyRow(AssetRow):
    """A property as a list shows it (plentific.txt: "List all properties")."""

    parent_block_uuid: str | None = None
    parent_estate_uuid: str | None = None


class Asset(ProviderModel):
    """What every asset has in detail."""

    uuid: str
    name: str | None = None
    external_reference: str | None = None
    organisation_uuid: str | None = None
    address_line_1: str | None = None
    address_line_2: str | None = None
    address_zone: str | None = None
    city: str | None = None
    postal_code: str | None = None
    landlords: Many[str] = ()
    property_managers: Many[str] = ()
    property_groups: Many[str] = ()
    tags: Many[str] = ()
    metadata: dict[str, Any] | None = None


class Estate(Asset):
    """An estate in detail (plentific.txt: "Retrieve estate details")."""


class Block(Asset):
    """A block in detail (plentific.txt: "Retrieve block details")."""

    parent_estate_uuid: str | None = None


class Property(Asset):
    """A property in detail (plentific.txt: "Retrieve property details").

    The estate that its row shows is missing here.
    """

    parent_block_uuid: str | None = None
    tenants: Many[str] = ()


class AssetNew(RequestModel):
    """What every new asset needs, created alone or by bulk import.

    `external_reference` must be said, if only as null. `city` is required everywhere but in the UK.
    """

    organisation_uuid: UuidText
    external_reference: str | None
    address_line_1: str
    postal_code: str
    city: Maybe[str] = None
    address_line_2: str | None = None
    address_zone: Maybe[str] = None
    name: Maybe[str] = None
    landlords: Maybe[Texts] = None
    property_managers: Maybe[Texts] = None
    property_groups: Maybe[Texts] = None
    metadata: Metadata | None = None


class EstateNew(AssetNew):
    """An estate to be created (plentific.txt: "Create an estate")."""

    tags: Maybe[Texts] = None


class BlockNew(AssetNew):
    """A block to be created (plentific.txt: "Create a block")."""

    parent_estate_uuid: Maybe[UuidText] = None
    tags: Maybe[Texts] = None


class PropertyNew(AssetNew):
    """A property to be created (plentific.txt: "Create a property")."""

    parent_block_uuid: Maybe[UuidText] = None
    tags: Maybe[Texts] = None
    tenants: Maybe[Texts] = None


class AssetChange(RequestModel):
    """What can be changed of every asset; its organisation cannot."""

    external_reference: str | None = None
    address_line_1: Maybe[str] = None
    address_line_2: str | None = None
    address_zone: Maybe[str] = None
    city: Maybe[str] = None
    postal_code: Maybe[str] = None
    name: Maybe[str] = None
    landlords: Maybe[Texts] = None
    property_managers: Maybe[Texts] = None
    property_groups: Maybe[Texts] = None
    tags: Maybe[Texts] = None
    metadata: Metadata | None = None


class EstateChange(AssetChange):
    """A change of an estate (plentific.txt: "Update an estate")."""


class BlockChange(AssetChange):
    """A change of a block (plentific.txt: "Update a block")."""

    parent_estate_uuid: Maybe[UuidText] = None


class PropertyChange(AssetChange):
    """A change of a property (plentific.txt: "Update a property")."""

    parent_block_uuid: Maybe[UuidText] = None
    tenants: Maybe[Texts] = None


class PropertyGroup(ProviderModel):
    """A group of properties (plentific.txt: "List all property groups")."""

    uuid: str
    name: str | None = None


class PropertyGroupNew(RequestModel):
    """A group to be created (plentific.txt: "Create a property group")."""

    name: str
