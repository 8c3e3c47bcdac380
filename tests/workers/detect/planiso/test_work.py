"""Projects, users and equipment: what their events carry."""

from __future__ import annotations

from adapters.planiso.models.equipment import Equipment
from adapters.planiso.models.projects import Project
from adapters.planiso.models.users import User
from tests.workers.detect.changed import only, state_of, tell, with_changes
from tests.workers.detect.planiso.documented import EQUIPMENT, PROJECT, USER
from workers.detect.planiso import EQUIPMENT as EQUIPMENT_STREAM
from workers.detect.planiso import PROJECTS, USERS


def test_a_project_is_told_as_the_document_shows_it() -> None:
    assert state_of(PROJECTS, Project, PROJECT) == PROJECT


def test_a_user_is_told_as_the_document_shows_him() -> None:
    assert state_of(USERS, User, USER) == {
        "no": "1",
        "aff_number": "PERS-001",
        "custom_no": None,
        "username": "jdoe",
        "full_name": "John Doe",
        "email": "john.doe@example.com",
        "phone": "123-456-7890",
        "phone_extension": "101",
        "cell_phone": "987-654-3210",
        "hired_date": "2023-06-01",
        "active": True,
    }


def test_a_user_saved_without_a_change_says_nothing() -> None:
    saved = with_changes(USER, last_update="2026-01-01 08:00:00")

    assert tell(USERS, state_of(USERS, User, USER), state_of(USERS, User, saved)).transitions == []


def test_equipment_is_told_as_the_document_shows_it() -> None:
    assert state_of(EQUIPMENT_STREAM, Equipment, EQUIPMENT) == {
        "no": "2",
        "aff_number": "EQ-002",
        "equipment_number": "CAM-2023-001",
        "year": "2023",
        "brand": "Toyota",
        "model": "Hiace",
        "serial_number": "SNTOYOTA12345",
        "purchase_date": "2023-06-15",
        "seller": "Toyota Dealership",
        "types": [{"no": "1", "name": "Lorry"}, {"no": "2", "name": "Van"}],
        "active": True,
    }


def test_the_order_of_types_says_nothing_but_another_type_is_an_update() -> None:
    before = state_of(EQUIPMENT_STREAM, Equipment, EQUIPMENT)
    turned = with_changes(EQUIPMENT, type=EQUIPMENT["type"][::-1])
    fewer = with_changes(EQUIPMENT, type=EQUIPMENT["type"][:1])

    same = state_of(EQUIPMENT_STREAM, Equipment, turned)
    updated = only(tell(EQUIPMENT_STREAM, before, state_of(EQUIPMENT_STREAM, Equipment, fewer)))

    assert tell(EQUIPMENT_STREAM, before, same).transitions == []
    assert updated.event_type == "planiso.equipment.updated"
    assert updated.previous == {"types": before["types"]}
