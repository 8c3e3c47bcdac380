"""The effect "customer": made in Planiso together with the organization that it is."""

from __future__ import annotations

from adapters.planiso.models.customers import Customer, CustomerNew
from workers.react.effects.planiso_record import Creation, creating

KIND = creating(
    Creation(
        word="customer",
        new=CustomerNew,
        record=Customer,
        create=lambda client, customer: client.create_customer(customer),
        listing=lambda client: client.list_customers(),
        name_sent=lambda customer: customer.organization_name,
        name_shown=lambda customer: customer.organization.name if customer.organization else None,
    )
)
