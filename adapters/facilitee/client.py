"""Facilitee's operations, one declaration each."""

from __future__ import annotations

import httpx

from adapters.facilitee import params
from adapters.facilitee.auth import grant
from adapters.facilitee.errors import RULES
from adapters.facilitee.models.country_codes import CountryCode
from adapters.facilitee.models.issues import Issue
from adapters.facilitee.models.owner_companies import (
    OwnerCompany,
    OwnerCompanyChange,
    OwnerCompanyNew,
    OwnerCompanyRemoved,
)
from adapters.facilitee.models.owners import Owner, OwnerChange, OwnerNew, OwnerRow
from adapters.facilitee.models.properties import Property, PropertyChange, PropertyNew
from adapters.facilitee.models.property_managers import (
    PropertyManager,
    PropertyManagerChange,
    PropertyManagerNew,
    PropertyManagerRow,
)
from adapters.facilitee.models.property_types import (
    PropertyType,
    PropertyTypeChange,
    PropertyTypeNew,
    PropertyUnitType,
    PropertyUnitTypeChange,
    PropertyUnitTypeNew,
)
from adapters.facilitee.models.property_units import (
    OwnerChanged,
    PropertyUnit,
    PropertyUnitChange,
    PropertyUnitNew,
    PropertyUnitRow,
    PropertyUserAssignment,
    UserAssigned,
    UserRemoved,
)
from adapters.facilitee.models.property_users import (
    PropertyUser,
    PropertyUserChange,
    PropertyUserNew,
)
from adapters.facilitee.models.service_providers import (
    ServiceProvider,
    ServiceProviderChange,
    ServiceProviderNew,
    ServiceProviderRow,
)
from adapters.facilitee.operations import (
    changing,
    changing_by_query,
    creating,
    echo_of,
    finding,
    listing,
    listing_at_once,
    reading,
    removing,
)
from adapters.http.auth import BearerAuth
from adapters.http.client import TIMEOUT, HttpClient
from adapters.http.clock import SYSTEM_CLOCK, Clock
from adapters.http.limits import Limits
from adapters.http.operations import Nothing, nothing


class FaciliteeClient:
    """Facilitee through one connection.

    An operation is named as in the catalogue of Facilitee's documents, and raises the errors of
    `adapters.http.errors`. Paths are spelt as documented, capitals included.
    """

    # Country Codes
    list_country_codes = listing_at_once("/country-codes", CountryCode)

    # Owner
    create_owner = creating("/Owners", Nothing, OwnerNew, Owner)
    get_owner = reading("/Owners/{id}", params.OneOwner, Owner)
    get_owner_id_by_email = finding("/owners/get-by-email", params.Email)
    list_owners = listing("/Owners", params.Search, OwnerRow, "exact json")
    update_owner = changing("/Owners/{id}", params.OneOwner, OwnerChange, Owner)

    # Owner Company
    create_owner_company = creating(
        "/Owners/{ownerId}/companies", params.OfOwner, OwnerCompanyNew, OwnerCompany
    )
    get_owner_company = reading(
        "/Owners/{ownerId}/companies/{companyId}", params.OneOwnerCompany, OwnerCompany
    )
    list_owner_companies = listing(
        "/Owners/{ownerId}/companies", params.CompanySearch, OwnerCompany, "exact json"
    )
    update_owner_company = changing(
        "/Owners/{ownerId}/companies/{companyId}",
        params.OneOwnerCompany,
        OwnerCompanyChange,
        OwnerCompany,
    )
    delete_owner_company = removing(
        "/owners/{ownerId}/companies/{companyId}",
        params.OneOwnerCompany,
        echo_of(OwnerCompanyRemoved),
    )

    # Property Manager
    create_property_manager = creating("/managers", Nothing, PropertyManagerNew, PropertyManager)
    get_property_manager = reading("/managers/{managerId}", params.OneManager, PropertyManager)
    get_property_manager_id_by_email = finding("/managers/get-by-email", params.Email)
    list_property_managers = listing("/managers", params.Search, PropertyManagerRow)
    update_property_manager = changing(
        "/managers/{managerId}", params.OneManager, PropertyManagerChange, PropertyManager
    )

    # Property Type
    create_property_type = creating(
        "/property-categorization/property", Nothing, PropertyTypeNew, PropertyType
    )
    get_property_type = reading(
        "/property-categorization/property/{propertyTypeId}", params.OnePropertyType, PropertyType
    )
    list_property_types = listing_at_once("/property-categorization/property", PropertyType)
    update_property_type = changing(
        "/property-categorization/property/{propertyTypeId}",
        params.OnePropertyType,
        PropertyTypeChange,
        PropertyType,
    )
    delete_property_type = removing(
        "/property-categorization/property/{propertyTypeId}", params.OnePropertyType, nothing
    )

    # Property Unit Type
    create_property_unit_type = creating(
        "/property-categorization/unit", Nothing, PropertyUnitTypeNew, PropertyUnitType
    )
    get_property_unit_type = reading(
        "/property-categorization/unit/{propertyUnitTypeId}",
        params.OnePropertyUnitType,
        PropertyUnitType,
    )
    list_property_unit_types = listing_at_once("/property-categorization/unit", PropertyUnitType)
    update_property_unit_type = changing(
        "/property-categorization/unit/{propertyUnitTypeId}",
        params.OnePropertyUnitType,
        PropertyUnitTypeChange,
        PropertyUnitType,
    )
    delete_property_unit_type = removing(
        "/property-categorization/unit/{propertyUnitTypeId}", params.OnePropertyUnitType, nothing
    )

    # Property
    create_property = creating("/Properties", Nothing, PropertyNew, Property)
    get_property = reading("/Properties/{propertyId}", params.OneProperty, Property)
    list_properties = listing("/Properties", params.Search, Property)
    update_property = changing(
        "/Properties/{propertyId}", params.OneProperty, PropertyChange, Property
    )

    # Property Unit
    create_property_unit = creating(
        "/PropertyUnit/{propertyId}", params.NewUnitOfProperty, PropertyUnitNew, PropertyUnit
    )
    get_property_unit = reading(
        "/PropertyUnit/{propertyUnitId}", params.OnePropertyUnit, PropertyUnit
    )
    list_property_units = listing("/PropertyUnit", params.UnitSearch, PropertyUnitRow)
    update_property_unit = changing(
        "/PropertyUnit/{propertyUnitId}", params.OnePropertyUnit, PropertyUnitChange, PropertyUnit
    )
    change_property_unit_owner = changing_by_query(
        "/PropertyUnit/change-property-owner/{propertyUnitId}", params.NewOwnerOfUnit, OwnerChanged
    )
    assign_property_user_to_property_unit = changing(
        "/PropertyUnit/assign-property-user/{propertyUnitId}",
        params.OnePropertyUnit,
        PropertyUserAssignment,
        UserAssigned,
    )
    remove_property_user_from_property_unit = changing_by_query(
        "/PropertyUnit/remove-property-user/{propertyUnitId}", params.UserOfUnit, UserRemoved
    )

    # Service Provider
    create_service_provider = creating(
        "/service-providers", Nothing, ServiceProviderNew, ServiceProvider
    )
    get_service_provider = reading(
        "/service-providers/{serviceProviderId}", params.OneServiceProvider, ServiceProvider
    )
    list_service_providers = listing("/service-providers", params.Search, ServiceProviderRow)
    update_service_provider = changing(
        "/service-providers/{serviceProviderId}",
        params.OneServiceProvider,
        ServiceProviderChange,
        ServiceProvider,
    )

    # Property User
    create_property_user = creating("/property-users", Nothing, PropertyUserNew, PropertyUser)
    get_property_user = reading(
        "/property-users/{propertyUserId}", params.OnePropertyUser, PropertyUser
    )
    get_property_user_id_by_email = finding("/property-users/get-by-email", params.Email)
    list_property_users = listing("/property-users", params.Search, PropertyUser)
    update_property_user = changing(
        "/property-users/{propertyUserId}",
        params.OnePropertyUser,
        PropertyUserChange,
        PropertyUser,
    )

    # Issue
    list_issues = listing("/Issues", params.IssuePeriod, Issue)

    def __init__(self, http: HttpClient) -> None:
        self.http = http

    async def create_token(self) -> None:
        """Make sure that there is a token; every other operation does so by itself."""
        await self.http.sign_in()

    async def prove(self) -> None:
        """Prove the credentials, with as little as possible.

        Raises:
            Unauthorised: they are refused.
            Transient: nobody could tell now.
        """
        await self.http.sign_in()

    async def aclose(self) -> None:
        """Close every connection."""
        await self.http.aclose()


def connect(
    *,
    connection: str,
    base_url: str,
    client_id: str,
    client_secret: str,
    limits: Limits | None = None,
    timeout: float = TIMEOUT,
    clock: Clock = SYSTEM_CLOCK,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FaciliteeClient:
    """A client for one connection.

    `base_url` is what stands before `/api/public` and `/api/connect/token`; `timeout` is in
    seconds.
    """
    auth = BearerAuth(grant(client_id, client_secret), clock)
    http = HttpClient(
        connection=connection,
        base_url=base_url,
        auth=auth,
        limits=limits,
        timeout=timeout,
        rules=RULES,
        headers={"Content-Type": "application/json"},  # wanted with every call, GET included
        clock=clock,
        transport=transport,
    )
    return FaciliteeClient(http)
