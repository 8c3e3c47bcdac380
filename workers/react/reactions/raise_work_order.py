"""raise-work-order: an issue reported at Facilitee becomes a work order in Plentific.

When an issue is reported in, or moves into, one of the configured statuses, one work order is
raised for it: one for ever, however often the issue comes back to that status. The property, the
category and the service follow from the configuration; the fault's description is the issue's own
text with the place in the building. Contacts are not sent. An issue marked urgent becomes an
emergency work order.

Needs:
    The organisation and the account code that the orders go under, and for each category of issues
    a category and a service of Plentific. A property is looked up under its Facilitee id, then
    under its custom property id; where neither is configured, the Plentific property (else block,
    else estate) whose external reference equals the custom property id is taken. Whatever is
    missing blocks the reaction with the line to add.

Example:
    [reactions.raise-work-order]
    mode = "live"
    from = "facilitee"
    to = "plentific"
    statuses = ["ToBeAssigned"]
    organisation_uuid = "49df3292-2767-44bb-80c5-285e8eb85c97"
    account_code = "MAINT"
    property = { "55" = "15791638-f098-49ca-b1a6-40da5bc47255", "222" = "PROP-1" }
    category = { Plumbing = "5a6a8bb4-2a0c-4c9e-8f0a-7d0c3c6f9a11" }
    service = { Plumbing = "e7a4b13a-7a73-4711-8039-77bef9fb4840" }
    publish = false

Writes:
    A work order in status `new`, or published at once where `publish = true`. Its external
    reference reads `Facilitee issue 77 (0f1e2d3c4b)`; its metadata hold the effect's key,
    `work-order/<Facilitee connection>/<issue id>`.

Limits:
    An issue that passes through a status between two polls is not seen in it. An order that was
    held up (a missing entry, an outage) is raised later even if the issue was settled meanwhile.
    Facilitee gives no way to write back to the issue. Plentific takes 10,000 characters of
    description: a longer text loses its end.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from adapters.facilitee.client import FaciliteeClient
from adapters.http.errors import NotFound
from adapters.http.paging import Pages
from adapters.http.requests import UuidText
from adapters.plentific.client import PlentificClient
from adapters.plentific.models.faults import FaultNew
from adapters.plentific.models.work_orders import PropertyChoice, WorkOrderNew
from events.envelope import Event
from events.facilitee import Issue, IssueData, IssueStatus
from workers.react.effects import work_order
from workers.react.effects.work_order import (
    described,
    property_choice,
    stamped,
)
from workers.react.mapping import look_up, read_table
from workers.react.reaction import Effect, Missing, Place, Reach, Reaction, ReactionSettings

NAME = "raise-work-order"


def _known_status(text: str) -> str:
    status, unknown = IssueStatus.read(text)
    if unknown is not None or status is IssueStatus.OTHER:
        raise ValueError(f"{text!r} is no status of Facilitee's, such as ToBeAssigned")
    return status.value


class Settings(ReactionSettings):
    """The table `[reactions.raise-work-order]`.

    Attributes:
        statuses: The statuses of an issue that ask for a work order, as Facilitee spells them.
        organisation_uuid: The Plentific organisation of the work orders.
        account_code: The account code of the work orders.
        property: Facilitee property id or custom property id to Plentific uuid or reference.
        property_file: The same as a CSV file with a header line; entries above go first.
        category: Category of issues to Plentific category.
        service: Category of issues to Plentific service, which must be one of that category.
        publish: Whether orders go to the marketplace at once.
    """

    statuses: Annotated[
        tuple[Annotated[str, AfterValidator(_known_status)], ...], Field(min_length=1)
    ] = ("to_be_assigned",)
    organisation_uuid: UuidText
    account_code: str
    property: dict[str, str] = {}
    property_file: Path | None = None
    category: dict[str, str]
    service: dict[str, UuidText]
    publish: bool = False

    @model_validator(mode="after")
    def _with_file(self) -> Self:
        if self.property_file is not None:
            table = read_table(self.property_file) | self.property
            object.__setattr__(self, "property", table)
        return self


@dataclass(frozen=True)
class Facts:
    """What the systems say of an issue's property, where the configuration does not.

    Attributes:
        custom_property_id: The account's own reference of it at Facilitee.
        property_uuid: The Plentific property, block or estate with that very reference.
    """

    custom_property_id: str | None = None
    property_uuid: str | None = None


async def gather(reach: Reach, event: Event, settings: Settings) -> Facts:
    """Find out which property an issue is about, as far as the configuration leaves it open.

    Raises:
        Blocked: Several assets in Plentific have the same reference.
        ProviderError: As in adapters.http.errors.
    """
    issue = event.data_as(IssueData).issue
    if issue.status.value not in settings.statuses or issue.property_id in settings.property:
        return Facts()
    custom = issue.custom_property_id or await _custom_property_id(reach, issue.property_id)
    if not custom or custom in settings.property:
        return Facts(custom)
    return Facts(custom, await _same_named(reach, issue, custom, settings))


async def _custom_property_id(reach: Reach, property_id: str | None) -> str | None:
    # the list of issues, where the events come from, does not show it
    client: FaciliteeClient = reach.source.client
    if property_id is None or not property_id.isdecimal():
        return None
    try:
        return (await client.get_property(int(property_id))).model.custom_property_id
    except NotFound:
        return None


async def _same_named(reach: Reach, issue: Issue, custom: str, settings: Settings) -> str | None:
    client: PlentificClient = reach.target.client
    for listing in (client.list_properties, client.list_blocks, client.list_estates):
        assets: Pages[Any] = listing(
            external_reference=custom, organisation_uuid=settings.organisation_uuid
        )
        found = {
            row.model.uuid async for row in assets.each() if row.model.external_reference == custom
        }
        if len(found) == 1:
            return str(found.pop())
        if found:
            key = json.dumps(issue.property_id or custom)
            raise Missing(
                f"{len(found)} assets in {reach.target.connection} have the external reference "
                f"{json.dumps(custom)}: say which is meant, "
                f'reactions.{NAME}.property: add {key} = "…"'
            )
    return None


def plan(event: Event, settings: Settings, place: Place, facts: Facts) -> list[Effect]:
    """Return the work order of an issue that is in a configured status.

    Raises:
        Blocked: A mapping is missing.
        Unsendable: A value has no form that Plentific takes.
    """
    issue = event.data_as(IssueData).issue
    if issue.status.value not in settings.statuses:
        return []
    key = effect_key(settings.source, issue.id)
    subject = f"Facilitee issue {issue.id}"
    fault = FaultNew(
        service_uuid=_by_category(settings.service, issue, "service"),
        description=described(text_of(issue, place.timezone), subject),
    )
    order = WorkOrderNew(
        organisation_uuid=settings.organisation_uuid,
        account_code=settings.account_code,
        category_uuid=_by_category(settings.category, issue, "category"),
        property=_property(issue, settings, facts),
        faults=(fault,),
        status="job_leads_sent" if settings.publish else "new",
        is_emergency=issue.urgent is True,
        **stamped(subject, key),
    )
    return [Effect(key=key, kind=work_order.KIND, call=order)]


def effect_key(connection: str, issue_id: str) -> str:
    """Return the business key of an issue's work order."""
    return f"work-order/{connection}/{issue_id}"


def _by_category(table: dict[str, str], issue: Issue, name: str) -> str:
    return look_up(table, [issue.category], f"reactions.{NAME}.{name}")


def _property(issue: Issue, settings: Settings, facts: Facts) -> PropertyChoice:
    if facts.property_uuid is not None:
        return PropertyChoice(uuid=facts.property_uuid)
    keys = [issue.property_id, issue.custom_property_id or facts.custom_property_id]
    return property_choice(look_up(settings.property, keys, f"reactions.{NAME}.property"))


def text_of(issue: Issue, timezone: str) -> str:
    """Return what an issue says of the fault and its place, without naming anybody."""
    lines = (issue.name, _where(issue), issue.description, _origin(issue, timezone))
    return "\n".join(line.strip() for line in lines if line and line.strip())


def _where(issue: Issue) -> str:
    address = issue.address
    parts = (
        issue.property_name,
        issue.property_unit_type,
        f"floor {issue.floor}" if issue.floor is not None else None,
        address and _joined(address.street, address.street_number),
        address and _joined(address.post_code, address.city),
    )
    return ", ".join(part for part in parts if part)


def _joined(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def _origin(issue: Issue, timezone: str) -> str:
    reported = issue.created and issue.created.astimezone(ZoneInfo(timezone))
    parts = (
        f"Reference: {issue.user_reference}" if issue.user_reference else None,
        f"Reported: {reported:%Y-%m-%d}" if reported else None,
    )
    return "\n".join(part for part in parts if part)


REACTION = Reaction(
    name=NAME,
    source_provider="facilitee",
    target_provider="plentific",
    event_types=frozenset({"facilitee.issue.reported", "facilitee.issue.status_changed"}),
    settings=Settings,
    plan=plan,
    gather=gather,
)
