"""The projects, users and equipment of Planiso."""

from __future__ import annotations

from adapters.planiso.models import equipment, projects, users
from events.planiso import Equipment, Project, User
from workers.detect.planiso.records import records
from workers.detect.stream import Json


def project(read: projects.Project) -> Json:
    """Return a project as events have it."""
    return read.model_dump(include=set(Project.model_fields))


def user(read: users.User) -> Json:
    """Return a user as events have it."""
    return read.model_dump(include=set(User.model_fields)) | {
        "full_name": read.fullname,
        "phone_extension": read.phonext,
        "cell_phone": read.cellphone,
    }


def machine(read: equipment.Equipment) -> Json:
    """Return a piece of equipment as events have it; its types in the order of their numbers."""
    types = sorted(read.type, key=lambda one: one.no)
    return read.model_dump(include=set(Equipment.model_fields)) | {
        "equipment_number": read.num_equip,
        "model": read.nummodel,
        "serial_number": read.numserial,
        "seller": read.purchase_seller,
        "types": [{"no": one.no, "name": one.type_name} for one in types],
    }


PROJECTS = records(
    "projects",
    "project",
    lambda client: client.list_projects(),
    projects.Project,
    Project,
    project,
)

USERS = records("users", "user", lambda client: client.list_users(), users.User, User, user)

EQUIPMENT = records(
    "equipment",
    "equipment",
    lambda client: client.list_equipment(),
    equipment.Equipment,
    Equipment,
    machine,
)
