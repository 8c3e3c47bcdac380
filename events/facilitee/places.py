"""Properties and property units of Facilitee."""

from pydantic import StrictBool, StrictInt

from events.base import EventModel, Instant, Previous
from events.facilitee.shared import Address, FaciliteeId


class Property(EventModel):
    """A building."""

    id: FaciliteeId
    name: str | None = None
    custom_property_id: str | None = None
    address: Address | None = None
    is_active: StrictBool | None = None
    property_type: str | None = None


class PropertyUnit(EventModel):
    """A part of a building, with who owns, manages and uses it.

    `custom_property_id` is the account's own reference of the building.
    """

    id: FaciliteeId
    custom_unit_id: str | None = None
    property_id: FaciliteeId | None = None
    property_name: str | None = None
    custom_property_id: str | None = None
    property_unit_type: str | None = None
    address: Address | None = None
    has_property_address: StrictBool | None = None
    floor: StrictInt | None = None
    is_active: StrictBool | None = None
    is_common_space: StrictBool | None = None
    contract_start: Instant | None = None
    contract_end: Instant | None = None
    owner_id: FaciliteeId | None = None
    owner_company_id: FaciliteeId | None = None
    manager_id: FaciliteeId | None = None
    default_issue_manager_id: FaciliteeId | None = None
    property_user_ids: tuple[FaciliteeId, ...] = ()
    main_contact_id: FaciliteeId | None = None


class PropertyData(EventModel):
    """Data of every `facilitee.property.*` event."""

    property: Property
    previous: Previous = None


class PropertyUnitData(EventModel):
    """Data of every `facilitee.property_unit.*` event."""

    property_unit: PropertyUnit
    previous: Previous = None
