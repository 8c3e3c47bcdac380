"""The switches of each simulated provider: what its document leaves open can be had both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

CHOICES = "choices"  # where the metadata of a switch keep the values it can have


def one_of(default: str, *others: str) -> Any:
    """A switch with named positions, the first of them its default."""
    return field(default=default, metadata={CHOICES: (default, *others)})


@dataclass(slots=True)
class PlentificSettings:
    """Switches of Plentific."""

    token_seconds: int = 3600
    date_filter_includes_end: bool = True  # whether created_to and paid_to include their day
    date_filter_zone: str = "UTC"  # the zone in which the day of a filter begins
    unknown_references: str = one_of("reject", "accept")  # uuids of records that do not exist
    unpaid_bank_details: str = one_of("object", "array")  # a list by its words, shown as an object
    polls_until_done: int = 0  # GETs of an import or report run that find it unfinished
    send_webhooks: bool = False  # whether deliveries go out over the network


@dataclass(slots=True)
class EssensysSettings:
    """Switches of essensys Operate."""

    token_seconds: int = 120
    refresh_grant: bool = False  # the refresh request is not documented, so it is refused
    charge_sheet_shows_reference: bool = False  # the documented GET example lacks referencetext
    current_charge_shows_reference: bool = True
    batch_charge_sheet_lists_charge_sheets: bool = False
    booking_charge_lists_charge_sheets: bool = False
    default_page_size: int = 100  # rows when no startrecord/endrecord is given; 0: all
    max_page_size: int = 0  # larger ranges are cut silently; 0: no limit
    total_count_is_page: bool = False  # whether totalCount counts the page or the whole query
    empty_list: str = one_of("array", "absent", "null")  # how no rows look in the envelope
    missing_record: str = one_of("404", "empty")  # a GET by an unknown id
    unknown_where_field: str = one_of("reject", "ignore")  # in the second, it is left out silently
    unknown_references: str = one_of("reject", "accept")  # PUT examples have placeholders


@dataclass(slots=True)
class FaciliteeSettings:
    """Switches of Facilitee."""

    token_seconds: int = 1800
    default_page_size: int = 20  # rows when no pageSize is given
    max_page_size: int = 0  # larger pages are cut silently; 0: no limit
    counts_in_envelope: bool = True  # False: pages and items are 0, as in some of the examples
    issues_filter: str = one_of("modified", "created")  # what the issues' period is about
    duplicate_email: str = one_of("400", "409")  # the status of user-already-exists
    put_clears_omitted: bool = False  # whether a PUT empties the fields that it leaves out
    unknown_references: str = one_of("reject", "accept")  # ids of records that do not exist


@dataclass(slots=True)
class PlanisoSettings:
    """Switches of Planiso."""

    missing_record: str = one_of("404", "400")  # a GET by an unknown number, with an empty array
    delete_user_body: bool = False  # True: status 200 and the documented body, whose code is 204
    unknown_references: str = one_of("reject", "accept")  # equipment types that do not exist


Settings = PlentificSettings | EssensysSettings | FaciliteeSettings | PlanisoSettings


def change(settings: Settings, changes: Mapping[str, Any]) -> None:
    """Set switches by name, all or none.

    Raises:
        ValueError: an unknown name, a value of another type, or not one of the choices.
    """
    known = {one.name: one.metadata.get(CHOICES) for one in fields(settings)}
    for name, value in changes.items():
        if name not in known:
            raise ValueError(f"unknown setting {name}; known: {', '.join(sorted(known))}")
        if type(value) is not type(getattr(settings, name)):
            raise ValueError(f"{name} must be {type(getattr(settings, name)).__name__}")
        choices = known[name]
        if choices and value not in choices:
            raise ValueError(f"{name} must be one of {', '.join(choices)}")
    for name, value in changes.items():
        setattr(settings, name, value)


def as_json(settings: Settings) -> dict[str, Any]:
    """The switches as the control API shows them."""
    return asdict(settings)
