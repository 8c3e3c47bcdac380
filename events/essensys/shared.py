"""What all events of essensys share."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from events.base import Code

EssensysId = Annotated[Code, Field(min_length=1)]
"""An id, which may be negative or have leading zeros: always text."""


def _zero_as_nothing(value: object) -> object:
    return None if value in ("0", 0) else value


Reference = Annotated[EssensysId | None, BeforeValidator(_zero_as_nothing)]
"""The id of another record; essensys has 0 where there is none, and we have null."""
