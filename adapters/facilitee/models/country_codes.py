"""Facilitee's country codes of telephone numbers."""

from __future__ import annotations

from adapters.facilitee.records import FaciliteeModel


class CountryCode(FaciliteeModel):
    """A country (facilitee.txt: "Get a list of phone number country codes"); no plus sign."""

    id: int
    code: str | None = None
    country: str | None = None
