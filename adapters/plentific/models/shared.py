"""What the models of several sections are made of."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, JsonValue

from adapters.http.models import ProviderModel
from adapters.http.requests import UuidText


class Address(ProviderModel):
    """A postal address; every field may be null or missing."""

    address_line_1: str | None = None
    address_line_2: str | None = None
    address_zone: str | None = None
    city: str | None = None
    country: str | None = None
    postal_code: str | None = None


T = TypeVar("T")


def _from_list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Several = Annotated[tuple[T, ...], BeforeValidator(_from_list)]
"""A list to be written, given as a tuple or as a list."""

Texts = Several[str]
Uuids = Several[UuidText]
Metadata = Annotated[dict[str, JsonValue], Field(max_length=6)]
"""Custom data to be written: at most 6 pairs."""
