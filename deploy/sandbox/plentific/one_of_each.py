"""One record of every kind, so that every documented operation has something to act on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from deploy.sandbox.plentific import bulk_import, kinds, payments, reports
from deploy.sandbox.plentific.crud import Kind
from deploy.sandbox.plentific.data import PlentificData
from deploy.sandbox.plentific.identity import ORGANISATION_UUID, uuid_of
from deploy.sandbox.plentific.invoices import create_invoice
from deploy.sandbox.plentific.records import add
from deploy.sandbox.plentific.work_order_calls import add_contacts
from deploy.sandbox.plentific.work_order_progress import KINDS, create_child
from deploy.sandbox.plentific.work_orders import create_work_order
from deploy.sandbox.state import SandboxState

ADDRESS = {"address_line_1": "1 Fictional Road", "city": "Testwick", "postal_code": "ZZ1 1AA"}
OF_ORGANISATION = {"organisation_uuid": ORGANISATION_UUID}
PERSON = {"first_name": "Ann", "last_name": "Example", "phone_number": "+440000000000"}


def one_of_each(state: SandboxState) -> dict[str, str]:
    """Make one record of every kind; an existing id for each path parameter.

    Bank details can be read where they are and made where they are not: they are made for the
    invoice of `invoice_without_bank_details_uuid`.
    """
    data, now = state.plentific, state.now()
    ids = {
        "organisation_uuid": ORGANISATION_UUID,
        "category_uuid": uuid_of("category/plumber"),
    }
    ids.update(_assets(data, now))
    ids.update(_administration(data, now))
    ids.update(_work_order(data, now))
    ids.update(_asynchronous(data, now))
    return ids


def _made(data: PlentificData, now: datetime, kind: Kind, body: Mapping[str, Any]) -> str:
    return str(add(data, kind.store, now, {**kind.defaults, **kind.kept(data, {}, body)})["uuid"])


def _assets(data: PlentificData, now: datetime) -> dict[str, str]:
    def made(kind: Kind, reference: str, **fields: Any) -> str:
        own = {"external_reference": reference, **OF_ORGANISATION}
        return _made(data, now, kind, {**own, **fields})

    landlord = made(kinds.LANDLORDS, "ONE-LANDLORD", **PERSON, **ADDRESS)
    manager = made(kinds.MANAGERS, "ONE-MANAGER", **PERSON, email="manager@example.com")
    estate = made(kinds.ESTATES, "ONE-ESTATE", **ADDRESS, name="Fictional estate")
    block = made(kinds.BLOCKS, "ONE-BLOCK", **ADDRESS, parent_estate_uuid=estate)
    own = made(
        kinds.PROPERTIES,
        "PROP-001",  # the property of work orders that name no other
        **ADDRESS,
        parent_block_uuid=block,
        landlords=[landlord],
        property_managers=[manager],
    )
    tenant = made(kinds.TENANTS, "ONE-TENANT", **PERSON, property_uuid=own)
    return {
        "estate_uuid": estate,
        "block_uuid": block,
        "property_uuid": own,
        "tenant_uuid": tenant,
        "landlord_uuid": landlord,
        "manager_uuid": manager,
    }


def _administration(data: PlentificData, now: datetime) -> dict[str, str]:
    organisations = {"organisations": [ORGANISATION_UUID]}
    code = {"code": "ONE", "description": "Fictional account", **organisations}
    tag = {"color": None, "is_enabled": True, "name": "One", "type": "enquiry", **organisations}
    user = {**PERSON, "email": "user@example.com", **organisations}
    subscription = {
        "endpoint_secret": "sandbox-endpoint-secret",
        "endpoint_url": "http://127.0.0.1:9/webhooks",
        "matching_events": ["*"],
    }
    file = {"_name": "one.pdf", "_media_type": "application/pdf", "_content": b"%PDF-1.4\n"}
    return {
        "account_code_uuid": _made(data, now, kinds.ACCOUNT_CODES, code),
        "tag_uuid": _made(data, now, kinds.TAGS, tag),
        "property_group_uuid": _made(data, now, kinds.PROPERTY_GROUPS, {"name": "One"}),
        "user_uuid": _made(data, now, kinds.USERS, user),
        "subscription_uuid": _made(data, now, kinds.SUBSCRIPTIONS, subscription),
        "file_uuid": str(add(data, "files", now, file)["uuid"]),
    }


def _work_order(data: PlentificData, now: datetime) -> dict[str, str]:
    order = create_work_order(data, now, {})
    uuid = order["uuid"]
    contact = {**PERSON, "email": "tenant@example.com", "role": "tenant"}
    ids = {
        "work_order_uuid": uuid,
        "fault_uuid": order["faults"][0]["uuid"],
        "contact_uuid": add_contacts(data, uuid, now, [contact])[0]["uuid"],
    }
    ids.update(_invoices(data, now, uuid))
    for kind, declared in KINDS.items():
        child = create_child(data, kind, uuid, now, {})
        name = declared.singular.removeprefix("work_order_")
        ids[f"{name}_uuid"] = child.get("uuid") or child["_uuid"]
    return ids


def _invoices(data: PlentificData, now: datetime, order_uuid: str) -> dict[str, str]:
    invoice, other = (create_invoice(data, now, {"work_order_uuid": order_uuid}) for _ in range(2))
    payments.make(data, invoice, now)
    return {"invoice_uuid": invoice["uuid"], "invoice_without_bank_details_uuid": other["uuid"]}


def _asynchronous(data: PlentificData, now: datetime) -> dict[str, str]:
    imported = bulk_import.start(data, now, {}, len(b"{}"))
    report = data.of("reports")[uuid_of("report/accrual")]
    wanted = {"parameters": {"organisations": [ORGANISATION_UUID]}}
    return {
        "bulk_import_uuid": imported["uuid"],
        "report_uuid": report["uuid"],
        "report_run_uuid": reports.start(data, report, now, wanted)["uuid"],
    }
