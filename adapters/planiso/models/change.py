"""A change of a record, which must change something."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from adapters.http.errors import Unsendable
from adapters.http.requests import RequestModel


class Change(RequestModel):
    """A body of which only what is given is changed; what an empty one does is not documented."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.model_fields_set:
            raise Unsendable(f"{type(self).__name__}: names nothing to change")
        return self
