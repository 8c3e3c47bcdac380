"""The types of Facilitee's properties and of their units."""

from __future__ import annotations

from adapters.facilitee.records import FaciliteeModel, FaciliteeRequest


class PropertyType(FaciliteeModel):
    """A type of properties (facilitee.txt: "Get Property Type details")."""

    id: int
    name: str | None = None
    is_active: bool | None = None
    can_delete: bool | None = None
    is_used: bool | None = None


class PropertyTypeNew(FaciliteeRequest):
    """A new type of properties (facilitee.txt: "Create Property Type")."""

    name: str


PropertyTypeChange = PropertyTypeNew  # "Update Property Type": the same body


class PropertyUnitType(FaciliteeModel):
    """A type of property units (facilitee.txt: "Get Property Unit Type details").

    The table of the units' list calls the two flags texts; its example has booleans.
    """

    id: int
    name: str | None = None
    can_delete: bool | None = None
    is_used: bool | None = None


class PropertyUnitTypeNew(FaciliteeRequest):
    """A new type of property units (facilitee.txt: "Create Property Unit Type")."""

    name: str


PropertyUnitTypeChange = PropertyUnitTypeNew  # "Update Property Unit" (type): the same body
