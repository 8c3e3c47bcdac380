"""The bases of what is read from Facilitee and what is written: camelCase on the wire."""

from __future__ import annotations

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from adapters.http.models import ProviderModel
from adapters.http.requests import RequestModel


class FaciliteeModel(ProviderModel):
    """What Facilitee sent."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )


class FaciliteeRequest(RequestModel):
    """A body for Facilitee, or a part of it; the document has no null in requests."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )
