"""Customers, suppliers, subcontractors and organizations: what their events carry."""

from __future__ import annotations

import pytest

from adapters.http.models import ProviderModel
from adapters.planiso.models.customers import Customer
from adapters.planiso.models.organizations import Organization
from adapters.planiso.models.subcontractors import Subcontractor
from adapters.planiso.models.suppliers import Supplier
from tests.workers.detect.changed import only, state_of, tell, with_changes
from tests.workers.detect.planiso.documented import (
    CUSTOMER,
    ORGANIZATION,
    SUBCONTRACTOR,
    SUPPLIER,
    TOLD_ORGANIZATION,
)
from workers.detect.planiso import CUSTOMERS, ORGANIZATIONS, SUBCONTRACTORS, SUPPLIERS
from workers.detect.stream import Json, Stream

PARTNERS: list[tuple[Stream, type[ProviderModel], Json]] = [
    (CUSTOMERS, Customer, CUSTOMER),
    (SUPPLIERS, Supplier, SUPPLIER),
    (SUBCONTRACTORS, Subcontractor, SUBCONTRACTOR),
]


def test_an_organization_is_told_as_the_document_shows_it() -> None:
    assert state_of(ORGANIZATIONS, Organization, ORGANIZATION) == TOLD_ORGANIZATION


@pytest.mark.parametrize(
    ("stream", "model", "row"),
    [(CUSTOMERS, Customer, CUSTOMER), (SUPPLIERS, Supplier, SUPPLIER)],
)
def test_a_customer_and_a_supplier_are_told_with_their_certifications(
    stream: Stream, model: type[ProviderModel], row: Json
) -> None:
    assert state_of(stream, model, row) == {
        "no": "22",
        "aff_number": row["aff_number"],
        "custom_no": "test-012",
        "active": True,
        "organization": TOLD_ORGANIZATION,
        "is_14001": False,
        "is_18001": False,
        "is_9001": True,
    }


def test_a_subcontractor_is_told_as_the_document_shows_him() -> None:
    assert state_of(SUBCONTRACTORS, Subcontractor, SUBCONTRACTOR) == {
        "no": "1",
        "aff_number": "ST-001",
        "custom_no": "subcontractor-001",
        "active": True,
        "organization": TOLD_ORGANIZATION,
    }


@pytest.mark.parametrize(("stream", "model", "row"), PARTNERS)
def test_an_organization_that_changes_updates_its_partner_even_where_it_is_deactivated(
    stream: Stream, model: type[ProviderModel], row: Json
) -> None:
    before = state_of(stream, model, row)
    gone = with_changes(row, organization=with_changes(ORGANIZATION, active=False))

    updated = only(tell(stream, before, state_of(stream, model, gone)))

    assert updated.event_type == f"planiso.{stream.entity}.updated"
    assert updated.previous == {"organization": TOLD_ORGANIZATION}


@pytest.mark.parametrize(("stream", "model", "row"), PARTNERS)
def test_a_partner_without_an_organization_is_told_as_well(
    stream: Stream, model: type[ProviderModel], row: Json
) -> None:
    assert state_of(stream, model, with_changes(row, organization=[]))["organization"] is None


@pytest.mark.parametrize(
    ("stream", "model", "row"), [*PARTNERS, (ORGANIZATIONS, Organization, ORGANIZATION)]
)
def test_each_is_deactivated_on_its_own(
    stream: Stream, model: type[ProviderModel], row: Json
) -> None:
    before = state_of(stream, model, row)
    after = state_of(stream, model, with_changes(row, active=False))

    deactivated = only(tell(stream, before, after))

    assert deactivated.event_type == f"planiso.{stream.entity}.deactivated"
    assert deactivated.previous == {"active": True}
