"""Projects, users and equipment of Planiso.

Times of a record's creation and change are left out: Planiso does not say in which zone they are.
"""

from pydantic import StrictBool

from events.base import Day, EventModel, Previous
from events.planiso.shared import PlanisoNo


class Project(EventModel):
    """A piece of work with its dates."""

    no: PlanisoNo
    aff_number: str | None = None
    custom_no: str | None = None
    name: str | None = None
    location: str | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    active: StrictBool


class User(EventModel):
    """An employee."""

    no: PlanisoNo
    aff_number: str | None = None
    custom_no: str | None = None
    username: str | None = None
    full_name: str | None = None
    email: str | None = None
    phone: str | None = None
    phone_extension: str | None = None
    cell_phone: str | None = None
    hired_date: Day | None = None
    active: StrictBool


class EquipmentType(EventModel):
    """A type of equipment."""

    no: PlanisoNo
    name: str | None = None


class Equipment(EventModel):
    """A machine or tool; `equipment_number` is the account's own number."""

    no: PlanisoNo
    aff_number: str | None = None
    equipment_number: str | None = None
    year: str | None = None
    brand: str | None = None
    model: str | None = None
    serial_number: str | None = None
    purchase_date: Day | None = None
    seller: str | None = None
    types: tuple[EquipmentType, ...] = ()
    active: StrictBool


class ProjectData(EventModel):
    """Data of every `planiso.project.*` event."""

    project: Project
    previous: Previous = None


class UserData(EventModel):
    """Data of every `planiso.user.*` event."""

    user: User
    previous: Previous = None


class EquipmentData(EventModel):
    """Data of every `planiso.equipment.*` event."""

    equipment: Equipment
    previous: Previous = None
