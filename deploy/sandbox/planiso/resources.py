"""Planiso's resources as data: their fields, unique keys, numbers and messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource; `plural` names its collection, in the control API with dashes.

    `blank` holds every field that is stored, but `no` and `active`. `stamps` are the fields that
    a creation fills with its time, `touched` those of them that a change moves. `unique` values
    cannot be taken twice. The answer to a change has the fields sent, `update_adds` and the
    number; with `update_whole` it is the whole record.
    """

    name: str
    plural: str
    prefix: str
    word: str
    created: str
    blank: Mapping[str, Any]
    unique: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    update_adds: tuple[str, ...] = ()
    update_whole: bool = False
    text_no_when_created: bool = False

    @property
    def updated(self) -> str:
        """The message of a change."""
        return f"{self.word[0].upper()}{self.word[1:]} updated successfully"


_CERTIFIED: Mapping[str, Any] = {
    "custom_no": "",
    "is_14001": False,
    "is_18001": False,
    "is_9001": False,
    "organization": None,
}

USER = Resource(
    name="user",
    plural="users",
    prefix="PERS-",
    word="user",
    created="user inserted successfully",
    blank={
        "custom_no": "",
        "username": "",
        "fullname": "",
        "email": "",
        "phone": None,
        "phonext": None,
        "cellphone": None,
        "hired_date": None,
        "create_date": None,
        "last_update": None,
    },
    unique=("email", "username", "custom_no"),
    stamps=("create_date", "last_update"),
    touched=("last_update",),
    update_adds=("last_update",),
)
CUSTOMER = Resource(
    name="customer",
    plural="customers",
    prefix="CUST-",
    word="Customer",
    created="customer inserted successfully",
    blank=_CERTIFIED,
    unique=("custom_no",),
)
SUPPLIER = Resource(
    name="supplier",
    plural="suppliers",
    prefix="SUPP-",
    word="Supplier",
    created="Supplier created successfully",
    blank=_CERTIFIED,
    unique=("custom_no",),
    text_no_when_created=True,
)
SUBCONTRACTOR = Resource(
    name="subcontractor",
    plural="subcontractors",
    prefix="ST-",
    word="Subcontractor",
    created="subcontractor inserted successfully",
    blank={"custom_no": None, "date_added": None, "organization": None},
    unique=("custom_no",),
    stamps=("date_added",),
)
ORGANIZATION = Resource(
    name="organization",
    plural="organizations",
    prefix="PART-",
    word="Organization",
    created="Organization inserted successfully",
    blank={
        "name": "",
        "adress": "",
        "city": None,
        "province": "",
        "country": None,
        "phone": None,
        "toll_free": "",
        "phone_extension": "",
        "fax": "",
        "postal_code": None,
        "email": None,
        "website": None,
    },
    unique=("name",),
    update_whole=True,
    text_no_when_created=True,
)
PROJECT = Resource(
    name="project",
    plural="projects",
    prefix="PROJ-",
    word="Project",
    created="Project inserted successfully",
    blank={
        "custom_no": None,
        "name": "",
        "location": None,
        "start_date": None,
        "end_date": None,
        "last_update": None,
    },
    unique=("custom_no",),
    stamps=("last_update",),
    touched=("last_update",),
    update_adds=("active", "last_update"),
)
EQUIPMENT = Resource(
    name="equipment",
    plural="equipment",
    prefix="EQ-",
    word="Equipment",
    created="Equipment inserted successfully",
    blank={
        "num_equip": "",
        "year": None,
        "brand": "",
        "nummodel": None,
        "numserial": None,
        "purchase_date": None,
        "purchase_seller": None,
        "type_nos": [],
    },
    unique=("num_equip",),
)
EQUIPMENT_TYPE = Resource(
    name="equipment_type",
    plural="equipment_types",
    prefix="",
    word="Equipment type",
    created="",
    blank={"type_name": ""},
)

WRITABLE = (USER, CUSTOMER, SUPPLIER, SUBCONTRACTOR, ORGANIZATION, PROJECT, EQUIPMENT)
RESOURCES: Mapping[str, Resource] = {one.plural: one for one in (*WRITABLE, EQUIPMENT_TYPE)}
