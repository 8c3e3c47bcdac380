"""Charges by meters and devices: section "Charges"."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from adapters.essensys.records import Flag, Id, Instant, Key, Number, Stamped, Text
from adapters.essensys.writing import (
    CurrencyCode,
    Day,
    Line,
    Long400000,
    MaybeCurrency,
    Money,
    OwnId,
    PutModel,
    WallTime,
    WrittenFlag,
    WrittenId,
    WrittenNumber,
    WrittenReference,
)
from adapters.http.models import Known

ImportStatus = Annotated[Id, Known("0", "1", "2", "3")]
"""0 = processing, 1 = nothing imported, 2 = imported with errors, 3 = imported."""


class DeviceImport(Stamped):
    """Section "Device Import": charges read from a device's file, while nobody waits."""

    device_import_id: Key
    batch_number: Number = Field(None, alias="batchno")
    device_import_name: Id = None
    import_data: Text = None
    import_date: Instant = None
    location: Id = None
    import_status: ImportStatus = None
    user: Id = None


class DeviceImportPut(PutModel):
    """A device import to write."""

    batch_number: WrittenNumber = Field(serialization_alias="batchno")
    device_import_name: WrittenId
    import_date: Day
    device_import_id: WrittenId | None = None
    import_data: Long400000 | None = None
    location: WrittenId | None = None
    import_status: WrittenId | None = None
    user: WrittenId | None = None


class DeviceImportMap(Stamped):
    """Section "Device Import Map": how a device's file is to be read."""

    device_import_map_id: Key
    device_name: Text = None
    file_extension: Text = Field(None, alias="fileext")
    file_type: Id = None
    ignore_zero_values: Flag = None
    clear_last_rows: Number = None
    first_row_fields: Number = None
    use_item_column: Flag = None


class DeviceImportMapPut(PutModel):
    """A device import map to write."""

    device_import_map_id: OwnId = ""
    device_name: Line
    file_extension: WrittenId = Field(serialization_alias="fileext")
    file_type: WrittenId
    ignore_zero_values: WrittenFlag
    clear_last_rows: WrittenNumber
    first_row_fields: WrittenNumber
    use_item_column: WrittenFlag


class MeteredBatchSheet(Stamped):
    """Section "Metered Batch Sheet": charges by meter that are entered together."""

    batch_sheet_id: Key
    name: Text = Field(None, alias="batchsheetname")
    actual_total: Number = None
    approved: Flag = None
    batch_date: Instant = None
    completed: Flag = None
    estimated_total: Number = None
    grand_total: Number = None
    location: Id = None
    product: Id = None
    product_group: Id = None
    tax_total: Number = None


class MeteredBatchSheetPut(PutModel):
    """A metered batch sheet to write; `approved` and `completed` may post it."""

    currency: MaybeCurrency = None
    approved: WrittenFlag
    batch_date: Day
    completed: WrittenFlag
    name: Line = Field(serialization_alias="batchsheetname")
    location: WrittenId
    product: WrittenId
    product_group: WrittenId
    estimated_total: Money | None = None


class MeteredBatchChargeSheet(Stamped):
    """Section "Metered Batch Charge Sheet": a charge by meter; here `account` is the id."""

    charge_sheet_id: Key
    account_name: Text = None
    account: Id = None
    batch_sheet: Id = None
    client_type: Id = None
    date_from: Instant = None
    location_name: Id = None  # an id
    location: Id = None
    office: Id = None
    product: Id = None
    product_group: Id = None
    quantity: Number = None
    reference: Text = Field(None, alias="referencetext")
    tax: Id = None
    date_to: Instant = None
    total_price: Number = None
    unit_price: Number = None


class MeteredBatchChargeSheetPut(PutModel):
    """A metered batch charge sheet to write."""

    currency: CurrencyCode
    account: WrittenId
    batch_sheet: WrittenId
    date_from: WallTime
    office: WrittenId
    product: WrittenId
    quantity: WrittenNumber
    tax: WrittenId
    date_to: WallTime
    unit_price: Money
    new_meter_reading: WrittenNumber
    previous_meter_reading: WrittenNumber
    reference: WrittenReference | None = Field(None, serialization_alias="referencetext")
