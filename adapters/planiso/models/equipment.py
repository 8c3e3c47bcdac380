"""Equipment and its types (planiso.txt: "Equipment", "Equipment Types")."""

from __future__ import annotations

from adapters.http.models import Many, ProviderModel
from adapters.http.requests import Maybe, RequestModel
from adapters.planiso.formats import Day, Filled, Flag, Numbers, WrittenDay, Year
from adapters.planiso.models.change import Change


class EquipmentType(ProviderModel):
    """A type of equipment; there is no operation to make or change one."""

    no: str
    type_name: str | None = None
    active: Flag | None = None


class Equipment(ProviderModel):
    """A piece of equipment. It has no `custom_no`: `num_equip` is its own number."""

    no: str
    aff_number: str | None = None
    num_equip: str | None = None
    year: str | None = None
    brand: str | None = None
    nummodel: str | None = None
    numserial: str | None = None
    purchase_date: Day = None
    purchase_seller: str | None = None
    active: Flag | None = None
    type: Many[EquipmentType] = ()


class EquipmentNew(RequestModel):
    """A piece of equipment, whose `num_equip` must be new (planiso.txt: "Create equipment").

    `type_nos` are the numbers of its types, which cannot be changed afterwards.
    """

    num_equip: Filled
    year: Year | None = None
    brand: Filled
    nummodel: str | None = None
    numserial: str | None = None
    purchase_date: WrittenDay | None = None
    purchase_seller: str | None = None
    type_nos: Maybe[Numbers] = None


class EquipmentChange(Change):
    """What can be changed of a piece of equipment (planiso.txt: "Update equipment")."""

    num_equip: Maybe[Filled] = None
