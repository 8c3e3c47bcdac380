"""Accounts of essensys Operate: prospects, customers, brokers. Source: "Account"."""

from pydantic import StrictBool

from events.base import Day, EventModel, Instant, Previous
from events.essensys.shared import EssensysId, Reference


class Account(EventModel):
    """A company or person that can be billed; bank details stay with essensys.

    `start_date` and `end_date` are those of the business relationship.
    """

    account_id: EssensysId
    name: str | None = None
    alias: str | None = None
    account_type: Reference = None
    client_type: Reference = None
    group_account: Reference = None
    location: Reference = None
    organization: Reference = None
    broker: Reference = None
    first_name: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    website: str | None = None
    address_line_1: str | None = None
    address_line_2: str | None = None
    address_line_3: str | None = None
    town: str | None = None
    county: str | None = None
    postcode: str | None = None
    country: str | None = None
    has_active_licence: StrictBool | None = None
    is_external: StrictBool | None = None
    is_residential: StrictBool | None = None
    is_virtual: StrictBool | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    created: Instant | None = None


class AccountData(EventModel):
    """Data of every `essensys.account.*` event."""

    account: Account
    previous: Previous = None
