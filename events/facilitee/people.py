"""Owners, property users, service providers and managers of Facilitee, with how to reach them."""

from pydantic import StrictBool

from events.base import Currency, EventModel, Instant, Money, Previous, Quantity
from events.facilitee.shared import Address, FaciliteeId, Person


class Owner(Person):
    """An owner of property units; amounts are in `currency`, which comes from the settings."""

    address: Address | None = None
    currency: Currency
    authorized_amount: Money | None = None
    invoice_address: Address | None = None
    invoice_company: str | None = None
    invoice_email: str | None = None
    attention_to: str | None = None


class Occupancy(EventModel):
    """One property unit of a property user."""

    property_unit_id: FaciliteeId
    custom_unit_id: str | None = None
    is_main_contact: StrictBool | None = None
    contract_start: Instant | None = None
    contract_end: Instant | None = None


class PropertyUser(Person):
    """Somebody who lives or works in property units."""

    address: Address | None = None
    property_units: tuple[Occupancy, ...] = ()


class ServiceProvider(Person):
    """Somebody who carries out work."""

    address: Address | None = None
    tags: tuple[str, ...] = ()
    average_rating: Quantity | None = None


class Manager(Person):
    """Somebody who manages properties."""

    address: Address | None = None
    average_rating: Quantity | None = None


class OwnerData(EventModel):
    """Data of every `facilitee.owner.*` event."""

    owner: Owner
    previous: Previous = None


class PropertyUserData(EventModel):
    """Data of every `facilitee.property_user.*` event."""

    property_user: PropertyUser
    previous: Previous = None


class ServiceProviderData(EventModel):
    """Data of every `facilitee.service_provider.*` event."""

    service_provider: ServiceProvider
    previous: Previous = None


class ManagerData(EventModel):
    """Data of every `facilitee.manager.*` event."""

    manager: Manager
    previous: Previous = None
