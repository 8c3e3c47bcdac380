"""Tags of properties, enquiries and jobs."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from adapters.http.models import Known, Many, ProviderModel
from adapters.http.requests import Maybe, RequestModel
from adapters.plentific.models.shared import Uuids

TagType = Literal["property", "enquiry", "job"]
ListedTagType = Literal["enquiry", "property", "job", "task", "project", "void"]
# The filter knows more types than the table of a tag: all of them may come.
TAG_TYPES = Known(*get_args(ListedTagType))

Color = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
"""Red, green and blue in hexadecimal, such as `#328c47`."""


class Tag(ProviderModel):
    """A tag (plentific.txt: "Retrieve tag details"). Whether it is enabled is not shown."""

    uuid: str
    name: str | None = None
    type: Annotated[str | None, TAG_TYPES] = None
    color: str | None = None
    organisations: Many[str] = ()


class TagNew(RequestModel):
    """A tag to be created (plentific.txt: "Create a tag"). `color` must be said, if as null."""

    name: str
    type: TagType
    color: Color | None
    is_enabled: bool
    organisations: Uuids


class TagChange(RequestModel):
    """A change of a tag (plentific.txt: "Update a tag")."""

    name: Maybe[str] = None
    type: Maybe[TagType] = None
    color: Color | None = None
    organisations: Maybe[Uuids] = None
