"""Planiso's operations, one declaration each."""

from __future__ import annotations

import httpx

from adapters.http.client import TIMEOUT, HttpClient
from adapters.http.clock import SYSTEM_CLOCK, Clock
from adapters.http.limits import Limits
from adapters.planiso.auth import key
from adapters.planiso.errors import RULES
from adapters.planiso.models.customers import Customer, CustomerChange, CustomerNew
from adapters.planiso.models.equipment import (
    Equipment,
    EquipmentChange,
    EquipmentNew,
    EquipmentType,
)
from adapters.planiso.models.organizations import (
    Organization,
    OrganizationChange,
    OrganizationNew,
)
from adapters.planiso.models.projects import Project, ProjectChange, ProjectNew
from adapters.planiso.models.subcontractors import (
    Subcontractor,
    SubcontractorChange,
    SubcontractorNew,
)
from adapters.planiso.models.suppliers import Supplier, SupplierChange, SupplierNew
from adapters.planiso.models.users import User, UserChange, UserNew
from adapters.planiso.operations import changing, creating, deactivating, listing, reading
from adapters.planiso.params import OneRecord


class PlanisoClient:
    """Planiso through one connection.

    An operation is named as in the catalogue of Planiso's documents, and raises the errors of
    `adapters.http.errors`. A `Conflict` on creating says that the key is taken, not by which
    record: list the records, deactivated ones too, and compare.
    """

    # Users
    list_users = listing("/v1/user", User)
    find_user = reading("/v1/user/{no}", OneRecord, User)
    create_user = creating("/v1/user", UserNew, User)
    update_user = changing("/v1/user/{no}", OneRecord, UserChange, User)
    delete_user = deactivating("/v1/user/{no}", OneRecord)

    # Customers; their organization is changed and deactivated on its own
    list_customers = listing("/v1/customer", Customer)
    find_customer = reading("/v1/customer/{no}", OneRecord, Customer)
    create_customer = creating("/v1/customer", CustomerNew, Customer)
    update_customer = changing("/v1/customer/{no}", OneRecord, CustomerChange, Customer)
    delete_customer = deactivating("/v1/customer/{no}", OneRecord)

    # Suppliers; the same holds
    list_suppliers = listing("/v1/supplier", Supplier)
    find_supplier = reading("/v1/supplier/{no}", OneRecord, Supplier)
    create_supplier = creating("/v1/supplier", SupplierNew, Supplier)
    update_supplier = changing("/v1/supplier/{no}", OneRecord, SupplierChange, Supplier)
    delete_supplier = deactivating("/v1/supplier/{no}", OneRecord)

    # Subcontractors; the same holds
    list_subcontractors = listing("/v1/subcontractor", Subcontractor)
    find_subcontractor = reading("/v1/subcontractor/{no}", OneRecord, Subcontractor)
    create_subcontractor = creating("/v1/subcontractor", SubcontractorNew, Subcontractor)
    update_subcontractor = changing(
        "/v1/subcontractor/{no}", OneRecord, SubcontractorChange, Subcontractor
    )
    delete_subcontractor = deactivating("/v1/subcontractor/{no}", OneRecord)

    # Organizations
    list_organizations = listing("/v1/organization", Organization)
    find_organization = reading("/v1/organization/{no}", OneRecord, Organization)
    create_organization = creating("/v1/organization", OrganizationNew, Organization)
    update_organization = changing(
        "/v1/organization/{no}", OneRecord, OrganizationChange, Organization
    )
    delete_organization = deactivating("/v1/organization/{no}", OneRecord)

    # Projects
    list_projects = listing("/v1/project", Project)
    find_project = reading("/v1/project/{no}", OneRecord, Project)
    create_project = creating("/v1/project", ProjectNew, Project)
    update_project = changing("/v1/project/{no}", OneRecord, ProjectChange, Project)
    delete_project = deactivating("/v1/project/{no}", OneRecord)

    # Equipment
    list_equipment = listing("/v1/equipment", Equipment)
    find_equipment = reading("/v1/equipment/{no}", OneRecord, Equipment)
    create_equipment = creating("/v1/equipment", EquipmentNew, Equipment)
    update_equipment = changing("/v1/equipment/{no}", OneRecord, EquipmentChange, Equipment)
    delete_equipment = deactivating("/v1/equipment/{no}", OneRecord)

    # Equipment Types
    list_equipment_types = listing("/v1/equipment_type", EquipmentType)

    def __init__(self, http: HttpClient) -> None:
        self.http = http

    async def prove(self) -> None:
        """Prove the credentials, with as little as possible.

        Raises:
            Unauthorised: they are refused.
            Transient: nobody could tell now.
        """
        await self.list_equipment_types().at(0)  # the shortest list; there is no token

    async def aclose(self) -> None:
        """Close every connection."""
        await self.http.aclose()


def connect(
    *,
    connection: str,
    base_url: str,
    api_key: str,
    limits: Limits | None = None,
    timeout: float = TIMEOUT,
    clock: Clock = SYSTEM_CLOCK,
    transport: httpx.AsyncBaseTransport | None = None,
) -> PlanisoClient:
    """A client for one connection; `base_url` is what stands before /v1, `timeout` in seconds."""
    http = HttpClient(
        connection=connection,
        base_url=base_url,
        auth=key(api_key),
        limits=limits,
        timeout=timeout,
        rules=RULES,
        clock=clock,
        transport=transport,
    )
    return PlanisoClient(http)
