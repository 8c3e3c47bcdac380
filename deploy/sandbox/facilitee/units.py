"""Property units of the simulated Facilitee: their property, their owner, the users in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.facilitee import handlers, views
from deploy.sandbox.facilitee.kinds import COMPANY, OWNER, PROPERTY, PROPERTY_USER, UNIT
from deploy.sandbox.facilitee.problems import Problem, not_found
from deploy.sandbox.facilitee.records import add, change
from deploy.sandbox.facilitee.requests import INHERITS, Request
from deploy.sandbox.state import SandboxState


def create(state: SandboxState, request: Request) -> Any:
    """POST a unit of the property in the path."""
    data, now = state.facilitee, request.call.now
    property_id = request.params["propertyId"]
    if str(property_id) not in data.records[PROPERTY.name]:
        raise not_found(PROPERTY.entity, property_id)
    values = _checked(state, request.body, {}, "Creation failed.")
    record = add(data, UNIT, {**values, "propertyId": property_id}, now)
    return views.unit(data, record, now)


def update(state: SandboxState, request: Request) -> Any:
    """PUT fields of the unit in the path."""
    data, now = state.facilitee, request.call.now
    record = handlers.found(UNIT, state, request)
    wanted = handlers.replacing(UNIT, state, request)
    change(data, UNIT, record, _checked(state, wanted, record, "Update failed."), now)
    return views.unit(data, record, now)


def change_owner(state: SandboxState, request: Request) -> Any:
    """PUT another owner, whose companies are others too."""
    record = handlers.found(UNIT, state, request)
    new_owner = request.query["newOwnerId"]
    if str(new_owner) not in state.facilitee.records[OWNER.name]:
        raise not_found(OWNER.entity, new_owner)
    before = views.unit_owner(state.facilitee, record)
    record.update(ownerId=new_owner, ownerCompanyId=None)
    return {
        "propertyUnitId": record["id"],
        "oldOwner": before,
        "newOwner": views.unit_owner(state.facilitee, record),
    }


def assign_user(state: SandboxState, request: Request) -> Any:
    """PUT a property user into a unit, perhaps as its main contact."""
    data = state.facilitee
    record = handlers.found(UNIT, state, request)
    user = request.body["propertyUserId"]
    known = str(user) in data.records[PROPERTY_USER.name]
    if not known and data.settings.unknown_references == "reject":
        raise not_found(PROPERTY_USER.entity, user)
    if user not in record["propertyUserIds"]:
        record["propertyUserIds"] = [*record["propertyUserIds"], user]
    if request.body.get("isMainContact"):
        record["contactId"] = user
    users = [views.unit_user(data, record, number) for number in record["propertyUserIds"]]
    return {"propertyUnitId": record["id"], "propertyUsers": users}


def remove_user(state: SandboxState, request: Request) -> Any:
    """PUT a property user out of a unit."""
    record = handlers.found(UNIT, state, request)
    user = request.query["propertyUserId"]
    if user not in record["propertyUserIds"]:
        raise not_found(f"{PROPERTY_USER.entity} of unit {record['id']}", user)
    removed = views.unit_user(state.facilitee, record, user)
    record["propertyUserIds"] = [one for one in record["propertyUserIds"] if one != user]
    if record["contactId"] == user:
        record["contactId"] = None
    return {"propertyUnitId": record["id"], "propertyUser": removed}


def _checked(
    state: SandboxState, values: Mapping[str, Any], record: Record, outcome: str
) -> dict[str, Any]:
    """The values to save: references exist, an address that is inherited is not kept."""
    handlers.check_references(UNIT, state, values, outcome)
    _check_company(state, values)
    checked = dict(values)
    if checked.get(INHERITS, record.get(INHERITS, True)):
        checked["address"] = None
    users: list[int] = checked.get("propertyUserIds", record.get("propertyUserIds")) or []
    contact = checked.get("contactId")
    if contact is not None and contact not in users:
        checked["propertyUserIds"] = [*users, contact]
    return checked


def _check_company(state: SandboxState, values: Mapping[str, Any]) -> None:
    """The company must be the owner's."""
    if state.facilitee.settings.unknown_references == "accept":
        return
    company = state.facilitee.records[COMPANY.name].get(str(values.get("ownerCompanyId")))
    if company is not None and company["ownerId"] != values["ownerId"]:
        raise Problem(400, "bad-request", "ownerCompanyId: is not a company of the owner.")
