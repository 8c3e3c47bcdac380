"""The switches of each simulated provider: what its document leaves open can be had both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(slots=True)
class PlentificSettings:
    """Switches of Plentific."""

    token_seconds: int = 3600
    date_filter_includes_end: bool = True  # whether created_to and paid_to include their day
    date_filter_zone: str = "UTC"  # the zone in which the day of a filter begins


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
    empty_list: str = "array"  # or "absent", "null": how no rows look in the envelope
    missing_record: str = "404"  # or "empty": a GET by an unknown id
    unknown_where_field: str = "reject"  # or "ignore": such a condition is left out silently


CHOICES = {
    "empty_list": ("array", "absent", "null"),
    "missing_record": ("404", "empty"),
    "unknown_where_field": ("reject", "ignore"),
}


def change(settings: PlentificSettings | EssensysSettings, changes: Mapping[str, Any]) -> None:
    """Set switches by name, all or none.

    Raises:
        ValueError: an unknown name, a value of another type, or not one of the choices.
    """
    known = {field.name for field in fields(settings)}
    for name, value in changes.items():
        if name not in known:
            raise ValueError(f"unknown setting {name}; known: {', '.join(sorted(known))}")
        if type(value) is not type(getattr(settings, name)):
            raise ValueError(f"{name} must be {type(getattr(settings, name)).__name__}")
        if name in CHOICES and value not in CHOICES[name]:
            raise ValueError(f"{name} must be one of {', '.join(CHOICES[name])}")
    for name, value in changes.items():
        setattr(settings, name, value)


def as_json(settings: PlentificSettings | EssensysSettings) -> dict[str, Any]:
    """The switches as the control API shows them."""
    return asdict(settings)
