"""Bulk imports: assets and people created or updated by external reference.

Where one entity names another, its uuid can be given, or an internal reference to an entity of the
same import, such as `#/landlords/LA12345`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from adapters.http.models import Instant, Known, Many, ProviderModel
from adapters.http.requests import EmailText, Maybe, RequestModel, UuidText
from adapters.plentific.models.assets import AssetNew
from adapters.plentific.models.shared import Several, Texts

ENTITY_TYPES = Known("property_manager", "landlord", "tenant", "property", "block", "estate")
IMPORT_STATUSES = Known("new", "in_progress", "failed", "success")


class EstateImport(AssetNew):
    """An estate of a bulk import."""


class BlockImport(AssetNew):
    """A block of a bulk import."""

    parent_estate_uuid: Maybe[str] = None


class PropertyImport(AssetNew):
    """A property of a bulk import; unlike alone, it can be put into an estate."""

    parent_block_uuid: Maybe[str] = None
    parent_estate_uuid: Maybe[str] = None
    tenants: Maybe[Texts] = None


class PersonImport(RequestModel):
    """What an import may say of any person. `external_reference` must be said, if only as null."""

    organisation_uuid: UuidText
    external_reference: str | None
    first_name: Maybe[str] = None
    last_name: Maybe[str] = None
    email: Maybe[EmailText] = None
    phone_number: Maybe[str] = None


class TenantImport(PersonImport):
    """A tenant of a bulk import; it is the property that names its tenants."""


class PropertyManagerImport(PersonImport):
    """A property manager of a bulk import."""


class LandlordImport(PersonImport):
    """A landlord of a bulk import; city and postal code have other names than everywhere else."""

    address_line_1: Maybe[str] = None
    address_line_2: str | None = None
    town: Maybe[str] = None
    postcode: Maybe[str] = None


class BulkImportNew(RequestModel):
    """Everything that is imported together (plentific.txt: "Update/create entities").

    If one entity is refused nothing is saved; `problem.fields` of the error says which, by place.
    """

    estates: Maybe[Several[EstateImport]] = None
    blocks: Maybe[Several[BlockImport]] = None
    properties: Maybe[Several[PropertyImport]] = None
    tenants: Maybe[Several[TenantImport]] = None
    landlords: Maybe[Several[LandlordImport]] = None
    property_managers: Maybe[Several[PropertyManagerImport]] = None


class BulkImportStarted(ProviderModel):
    """An import that goes on by itself (plentific.txt: "Update/create entities")."""

    uuid: str = Field(alias="import_uuid")
    creation_date: Instant | None = None


class EntityCount(ProviderModel):
    """How many entities of one type."""

    entity_type: Annotated[str | None, ENTITY_TYPES] = None
    count: int | None = None


class ImportFlaw(ProviderModel):
    """What went wrong with one entity; the reference is a uuid or an internal reference."""

    entity_type: Annotated[str | None, ENTITY_TYPES] = None
    external_reference: str | None = None
    message: str | None = None


class BulkImport(ProviderModel):
    """How an import goes (plentific.txt: "Retrieve bulk import status").

    `progress` is from 0 to 1, `payload_size` in bytes, `processing_time` in seconds.
    """

    uuid: str
    status: Annotated[str | None, IMPORT_STATUSES] = None
    progress: Decimal | None = None
    payload_size: int | None = None
    processing_time: Decimal | None = None
    uploaded_entities: Many[EntityCount] = ()
    added_entities: Many[EntityCount] = ()
    updated_entities: Many[EntityCount] = ()
    unchanged_entities: Many[EntityCount] = ()
    excluded_entities: Many[EntityCount] = ()
    errors: Many[ImportFlaw] = ()
