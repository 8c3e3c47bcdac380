"""Contacts and faults of a work order, which come with it and are kept with it."""

from __future__ import annotations

from deploy.sandbox.collection import Collection, Record
from deploy.sandbox.exchange import Answer
from deploy.sandbox.plentific.answers import answered, cut, details, found, page
from deploy.sandbox.plentific.checks import check_references
from deploy.sandbox.plentific.formats import instant
from deploy.sandbox.plentific.kinds import CONTACTS
from deploy.sandbox.plentific.requests import Request
from deploy.sandbox.plentific.work_order_calls import add_contacts
from deploy.sandbox.state import SandboxState

KEPT_ROLE = "property_manager"  # contacts of this role survive the deletion of all


def create_contact(state: SandboxState, request: Request) -> Answer:
    """POST /work-orders/{work_order_uuid}/contacts."""
    data, order = state.plentific, request.uuids[0]
    CONTACTS.records(data, [order])
    [contact] = add_contacts(data, order, request.call.now, [request.body])
    return details(request, contact)


def update_contact(state: SandboxState, request: Request) -> Answer:
    """PATCH /work-order/{work_order_uuid}/contacts/{contact_uuid}."""
    CONTACTS.record(state.plentific, request).update(request.body)
    return answered(request, None)


def delete_contact(state: SandboxState, request: Request) -> Answer:
    """DELETE /work-order/{work_order_uuid}/contacts/{contact_uuid}."""
    contact = CONTACTS.record(state.plentific, request)
    CONTACTS.records(state.plentific, request.uuids).remove(contact["uuid"])
    return answered(request, None)


def delete_all_contacts(state: SandboxState, request: Request) -> Answer:
    """DELETE /work-orders/{work_order_uuid}/contacts: property managers stay."""
    contacts = CONTACTS.records(state.plentific, request.uuids)
    for contact in list(contacts):
        if contact["role"] != KEPT_ROLE:
            contacts.remove(contact["uuid"])
    return answered(request, None)


def list_faults(state: SandboxState, request: Request) -> Answer:
    """GET /work-orders/{work_order_uuid}/faults."""
    return page(state, request, _faults(state, request)[1])


def get_fault(state: SandboxState, request: Request) -> Answer:
    """GET /work-orders/{work_order_uuid}/faults/{fault_uuid}: its service is not shown."""
    fault = found(_faults(state, request)[1], request.uuids[-1])
    return answered(request, cut(request.operation.answer, fault))


def update_fault(state: SandboxState, request: Request) -> Answer:
    """PATCH /work-orders/{work_order_uuid}/faults/{fault_uuid}."""
    fault = found(_faults(state, request)[1], request.uuids[-1])
    check_references(state.plentific, request.body)
    fault.update(request.body)
    return answered(request, None)


def delete_fault(state: SandboxState, request: Request) -> Answer:
    """DELETE /work-orders/{work_order_uuid}/faults/{fault_uuid}."""
    order, faults = _faults(state, request)
    gone = found(faults, request.uuids[-1])
    order["faults"] = [fault for fault in order["faults"] if fault is not gone]
    return answered(request, None)


def _faults(state: SandboxState, request: Request) -> tuple[Record, Collection]:
    order = found(state.plentific.work_orders, request.uuids[0])
    faults = Collection(newest_first=False)
    for fault in order["faults"]:
        faults.add(fault["uuid"], instant(order["created"]), fault)
    return order, faults
