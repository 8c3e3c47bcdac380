"""Bodies that can be sent, to be spoilt by a test."""

from __future__ import annotations

import json
from typing import Any

from adapters.http.requests import RequestModel

UUID = "49df3292-2767-44bb-80c5-285e8eb85c97"
OTHER_UUID = "15791638-f098-49ca-b1a6-40da5bc47255"
DESCRIPTION = "The tap in the kitchen has been dripping since Monday."


def asset(**given: Any) -> dict[str, Any]:
    """A new estate, block or property."""
    return {
        "organisation_uuid": UUID,
        "external_reference": "E-1",
        "address_line_1": "Millbank",
        "city": "London",
        "postal_code": "SW1P 4RG",
        **given,
    }


def fault(**given: Any) -> dict[str, Any]:
    """A fault of a new work order."""
    return {"service_uuid": UUID, "description": DESCRIPTION, **given}


def contact(**given: Any) -> dict[str, Any]:
    """A contact in a new work order."""
    return {
        "external_reference": None,
        "first_name": "Jo",
        "last_name": "Doe",
        "phone_number": "+441234567890",
        "role": "tenant",
        **given,
    }


def work_order(**given: Any) -> dict[str, Any]:
    """A new work order."""
    return {
        "organisation_uuid": UUID,
        "account_code": "MAINT",
        "category_uuid": OTHER_UUID,
        "property": {"uuid": OTHER_UUID},
        "faults": [fault()],
        **given,
    }


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    """The body with one field less."""
    return {key: value for key, value in body.items() if key != name}


def sent(model: type[RequestModel], body: dict[str, Any]) -> dict[str, Any]:
    """What a body is on the wire."""
    return model.model_validate_json(json.dumps(body)).to_wire()
