"""Things: section "Inventory"."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from adapters.essensys.records import Dated, Id, Instant, Key, Number, Stamped, Text
from adapters.essensys.writing import (
    Day,
    Line,
    Line255,
    Long,
    Long4000,
    MaybeCurrency,
    Money,
    OwnId,
    PutModel,
    Selection,
    WrittenId,
    WrittenNumber,
)
from adapters.http.models import Known

TransactionType = Annotated[Id, Known("0", "1", "2", "3", "4")]
"""0 = ordered, 1 = received, 2 = shipped, 3 = allocated, 4 = returned, by default."""


class InventoryItem(Stamped):
    """Section "Inventory Item": a thing that is sold or lent."""

    inventory_id: Key
    name: Text = None
    available_at: Text = None
    group: Id = None
    lead_time: Text = None
    location: Id = None
    manufacturer: Id = None
    notes: Text = None
    part_number: Text = None
    record_type: Id = None
    reorder_level: Number = None
    reorder_quantity: Number = None
    unit_cost: Number = None
    unit_price: Number = None
    vendor: Id = None


class InventoryItemPut(PutModel):
    """An inventory item to write."""

    currency: MaybeCurrency = None
    group: WrittenId
    inventory_id: OwnId = ""
    location: WrittenId
    name: Line
    available_at: Selection | None = None
    lead_time: Line | None = None
    manufacturer: WrittenId | None = None
    notes: Long4000 | None = None
    part_number: Line255 | None = None
    reorder_level: WrittenNumber | None = None
    reorder_quantity: WrittenNumber | None = None
    unit_cost: Money | None = None
    unit_price: Money | None = None
    vendor: WrittenId | None = None
    custom_1: Line | None = None
    custom_2: Line | None = None
    custom_3: Line | None = None
    custom_4: Line | None = None


class InventoryGroup(Dated):
    """Section "Inventory Group": a group to choose from."""

    inventory_group_id: Key = Field(alias="inventorygroupsid")
    name: Text = Field(None, alias="inventorygroup")


class InventoryGroupPut(PutModel):
    """An inventory group to write."""

    name: Line255 = Field(serialization_alias="inventorygroup")


class ContactInventoryItem(Stamped):
    """Section "Contact Inventory Item": a thing and the contact that has it."""

    contact_inventory_item_id: Key
    date: Instant = None
    quantity: Number = None
    transaction_type: TransactionType = None


class ContactInventoryItemPut(PutModel):
    """A contact inventory item to write."""

    contact_inventory_item_id: OwnId = ""
    date: Day
    quantity: WrittenNumber
    transaction_type: WrittenId
    account: WrittenId
    contact: WrittenId
    inventory_item: WrittenId
    install_date: Day | None = None
    notes: Long | None = None


class Manufacturer(Stamped):
    """Section "Manufacturers": a manufacturer to choose from."""

    manufacturer_id: Key = Field(alias="manufacturersid")
    name: Text = Field(None, alias="manufacturer")


class ManufacturerPut(PutModel):
    """A manufacturer to write."""

    name: Line = Field(serialization_alias="manufacturer")
