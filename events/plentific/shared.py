"""What all events of Plentific share."""

from typing import Annotated

from pydantic import Field

Uuid = Annotated[str, Field(min_length=1)]
