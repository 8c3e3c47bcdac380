"""What the document forbids cannot be built, and the refusal names the field and the rule."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.http.errors import Unsendable
from adapters.http.requests import RequestModel
from adapters.plentific.models.account_codes import AccountCodeChange, AccountCodeNew
from adapters.plentific.models.assets import EstateNew, PropertyChange, PropertyNew
from adapters.plentific.models.bulk_import import BlockImport, LandlordImport
from adapters.plentific.models.completion_reports import CompletionReportChange
from adapters.plentific.models.contacts import (
    ContactChange,
    ContactNew,
    WorkOrderContactChange,
    WorkOrderContactNew,
)
from adapters.plentific.models.faults import FaultChange, FaultNew
from adapters.plentific.models.people import (
    LandlordChange,
    LandlordNew,
    PropertyManagerChange,
    PropertyManagerNew,
    TenantChange,
    TenantNew,
    UserNew,
)
from adapters.plentific.models.quotes import QuoteChange
from adapters.plentific.models.reports import ReportRunChoice
from adapters.plentific.models.tags import TagChange, TagNew
from adapters.plentific.models.webhooks import SubscriptionNew
from adapters.plentific.models.work_orders import BookingPreferences, WorkOrderChange, WorkOrderNew
from tests.adapters.plentific.models.making import UUID, asset, contact, fault, without, work_order

SLOT = {"from_datetime": "2026-03-01T10:00:00Z", "to_datetime": "2026-03-01T11:00:00Z"}
SEVEN = {f"key{number}": number for number in range(7)}
MANAGER = {
    "organisation_uuid": UUID,
    "external_reference": None,
    "first_name": "Jo",
    "last_name": "Doe",
    "email": "jo@example.com",
    "phone_number": "+441234567890",
}
TAG = {
    "name": "Damp",
    "type": "job",
    "color": "#328c47",
    "is_enabled": True,
    "organisations": [UUID],
}
SUBSCRIPTION = {
    "endpoint_url": "https://hooks.example.com",
    "endpoint_secret": "s",
    "matching_events": ["*"],
}

REFUSED: list[tuple[type[RequestModel], dict[str, Any], str]] = [
    # lengths and numbers
    (FaultNew, fault(description="x" * 39), "description: String should have at least 40"),
    (FaultNew, fault(description="x" * 10_001), "description: String should have at most 10000"),
    (FaultChange, {"description": "too short"}, "description: String should have at least 40"),
    (WorkOrderNew, work_order(external_reference="x" * 51), "external_reference: .* at most 50"),
    (WorkOrderNew, work_order(metadata=SEVEN), "metadata: .* at most 6 items"),
    (EstateNew, asset(metadata=SEVEN), "metadata: .* at most 6 items"),
    (BlockImport, asset(metadata=SEVEN), "metadata: .* at most 6 items"),
    (BookingPreferences, {"calendar_events": [SLOT] * 5}, "calendar_events: .* at most 4 items"),
    # required, though it may be null
    (EstateNew, without(asset(), "external_reference"), "external_reference: Field required"),
    (BlockImport, without(asset(), "external_reference"), "external_reference: Field required"),
    (
        TenantNew,
        {"organisation_uuid": UUID, "property_uuid": "P-1"},
        "external_reference: Field required",
    ),
    (
        WorkOrderContactNew,
        without(contact(), "external_reference"),
        "external_reference: Field required",
    ),
    (WorkOrderContactChange, {"role": "tenant"}, "external_reference: Field required"),
    (TagNew, without(TAG, "color"), "color: Field required"),
    # required
    (WorkOrderNew, without(work_order(), "account_code"), "account_code: Field required"),
    (WorkOrderNew, work_order(property={}), "uuid, external_reference: one of them is required"),
    (LandlordChange, {"first_name": "Jo"}, "organisation_uuid: Field required"),
    (PropertyManagerChange, {"first_name": "Jo"}, "organisation_uuid: Field required"),
    (PropertyManagerNew, without(MANAGER, "phone_number"), "phone_number: Field required"),
    (TagNew, without(TAG, "is_enabled"), "is_enabled: Field required"),
    (SubscriptionNew, without(SUBSCRIPTION, "endpoint_secret"), "endpoint_secret: Field required"),
    (
        CompletionReportChange,
        {"status": "declined"},
        "reason: is required where status is declined",
    ),
    (ReportRunChoice, {"organisations": [UUID]}, "from_datetime, to_datetime: are required"),
    # never null
    (EstateNew, asset(address_zone=None), "address_zone: cannot be null; leave it out"),
    (PropertyChange, {"tenants": None}, "tenants: cannot be null; leave it out"),
    (WorkOrderNew, work_order(status=None), "status: Input should be 'new' or 'job_leads_sent'"),
    # values
    (WorkOrderNew, work_order(status="quoted"), "status: Input should be 'new' or 'job_leads_sent"),
    (WorkOrderNew, work_order(work_order_type="dlo"), "work_order_type: Input should be"),
    (WorkOrderNew, work_order(visitation_rules=["RING"]), "visitation_rules.0: Input should be"),
    (
        WorkOrderChange,
        {"status": "done"},
        "status: Input should be 'job_leads_sent' or 'cancelled'",
    ),
    (WorkOrderChange, {"closing_reason": "bored"}, "closing_reason: Input should be"),
    (ContactNew, contact(role="property_manager"), "role: Input should be 'tenant' or 'other"),
    (ContactChange, {"role": "property_manager"}, "role: Input should be 'tenant' or 'other"),
    (QuoteChange, {"status": "pending"}, "status: Input should be 'accepted' or 'declined'"),
    (TagNew, TAG | {"type": "task"}, "type: Input should be 'property', 'enquiry' or 'job'"),
    (TagChange, {"color": "green"}, "color: String should match pattern"),
    (SubscriptionNew, SUBSCRIPTION | {"matching_events": ["lead.*"]}, "matching_events.0: Input"),
    (
        SubscriptionNew,
        SUBSCRIPTION | {"endpoint_url": "ftp://h"},
        "endpoint_url: is not an address",
    ),
    # formats and types
    (EstateNew, asset(organisation_uuid="mine"), "organisation_uuid: is not a UUID"),
    (AccountCodeNew, {"code": "A", "description": "B", "organisations": ["C"]}, "organisations.0"),
    (UserNew, without(MANAGER, "email") | {"email": "jo"}, "email: is not an e-mail address"),
    (WorkOrderNew, work_order(is_emergency="yes"), "is_emergency: Input should be a valid boolean"),
    (
        AccountCodeChange,
        {"organisations": [UUID]},
        "organisations.0: Input should be a valid tuple",
    ),
    # fields that other calls have
    (ContactNew, contact(is_private=True), "external_reference: Extra inputs are not permitted"),
    (PropertyNew, asset(parent_estate_uuid=UUID), "parent_estate_uuid: Extra inputs"),
    (BlockImport, asset(tags=["t"]), "tags: Extra inputs"),
    (TenantChange, {"email": "jo@example.com"}, "email: Extra inputs"),
    (WorkOrderChange, {"faults": []}, "faults: Extra inputs"),
    (LandlordNew, MANAGER | {"postcode": "SW1P 4RG"}, "postcode: Extra inputs"),
    (LandlordImport, MANAGER | {"postal_code": "SW1P 4RG"}, "postal_code: Extra inputs"),
    (AccountCodeChange, {"code": "A"}, "code: Extra inputs"),
    (TagChange, {"is_enabled": False}, "is_enabled: Extra inputs"),
]


@pytest.mark.parametrize(
    ("model", "body", "rule"), REFUSED, ids=[f"{m.__name__}: {r[:30]}" for m, _, r in REFUSED]
)
def test_a_body_that_the_document_forbids_is_refused(
    model: type[RequestModel], body: dict[str, Any], rule: str
) -> None:
    with pytest.raises(Unsendable, match=rule) as raised:
        model.model_validate_json(json.dumps(body))

    assert "\n" not in str(raised.value)


def test_a_refusal_does_not_show_the_value() -> None:
    with pytest.raises(Unsendable) as raised:
        UserNew(email="jo doe", first_name="Jo", last_name="Doe", organisations=())

    assert "jo" not in str(raised.value).lower()
