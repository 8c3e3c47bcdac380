"""Locations, areas and regions: section "Locations"."""

from __future__ import annotations

from pydantic import Field

from adapters.essensys.records import Dated, Flag, Id, Instant, Key, Number, Secret, Stamped, Text
from adapters.essensys.writing import Line, Line255, OwnId, PutModel, WrittenId


class Location(Stamped):
    """Section "Location": a site, with its bank details and its wireless password."""

    location_id: Key
    name: Text = Field(None, alias="locationname")
    ach_sort_code: Text = None
    ach_account_name: Text = None
    ach_account_number: Text = Field(None, alias="achaccountno")
    ach_bank_address: Text = None
    ach_bank_name: Text = None
    active_promoters: Number = None
    active_rooms: Number = None
    address_line_1: Text = Field(None, alias="address1")
    address_line_2: Text = None
    address_line_3: Text = None
    approval_percent: Number = None  # 1 is 100 %, by the table
    bank_account_number: Text = Field(None, alias="accountno")
    bank_address: Text = None
    bank_name: Text = None
    brand: Id = None
    connect_call_logger: Flag = None
    country: Text = None
    county: Text = None
    currency: Id = None
    discontinued: Flag = None
    email: Text = None
    enable_approvals: Flag = None
    full_address: Text = None
    iban: Text = None
    inactive_rooms: Number = None
    invoice_prefix: Text = None
    office_hours_end: Instant = None
    office_image_url: Text = None
    office_image_2_url: Text = None
    office_image_3_url: Text = None
    office_image_4_url: Text = None
    office_image_5_url: Text = None
    location_uuid: Text = None
    host_image_url: Text = None
    contact_email: Text = None
    contact_mobile: Text = None
    contact_name: Text = None
    contact_telephone: Text = None
    map: Text = None
    online_alias: Text = None
    office_hours_start: Instant = None  # only the time of day counts
    postcode: Text = None
    published: Flag = None
    record_type: Id = None
    separate_accommodation: Flag = Field(None, alias="separateaccommadation")
    single_line_address: Text = None
    sort_code: Text = None
    swift_code: Text = None
    telephone: Text = None
    time_zone: Id = None
    town: Text = None
    use_site_bank_details: Flag = None
    wifi_name: Text = None
    wifi_password: Secret = None


class Area(Dated):
    """Section "Area": a part of the country."""

    area_id: Key
    name: Text = Field(None, alias="areaname")


class AreaPut(PutModel):
    """An area to write."""

    name: Line255 = Field(serialization_alias="areaname")


class AssignedClientType(Dated):
    """Section "Assigned Client Type": a client type at a location."""

    assigned_client_type_id: Key
    client_type: Id = None
    location: Id = None
    organization_name: Text = None


class AssignedClientTypePut(PutModel):
    """An assigned client type to write."""

    assigned_client_type_id: OwnId = ""
    client_type: WrittenId
    location: WrittenId


class Region(Stamped):
    """Section "Region": a region."""

    region_id: Key
    name: Text = Field(None, alias="regionname")


class RegionPut(PutModel):
    """A region to write."""

    name: Line = Field(serialization_alias="regionname")
