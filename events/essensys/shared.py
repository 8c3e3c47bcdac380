"""What all events of essensys share."""

from typing import Annotated

from pydantic import Field

from events.base import Code

EssensysId = Annotated[Code, Field(min_length=1)]
"""An id, which may be negative or have leading zeros: always text."""
