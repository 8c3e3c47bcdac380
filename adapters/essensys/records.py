"""What all records that are read share: the types of their fields and their lenient base.

A resource's model is then a list of fields (models/), nothing else. A field is called at essensys
as its attribute without the underscores, unless an alias says otherwise; the document's names for
the same thing vary, the attributes do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

from adapters.essensys import formats
from adapters.http.models import Known, ProviderModel

# Types of a field. Absent, null, empty and "no date" are all None.

Key = Annotated[str, BeforeValidator(formats.read_id)]  # the record's own id
Id = Annotated[str | None, BeforeValidator(formats.read_id)]  # a reference or a code; "0" is kept
Text = Annotated[str | None, BeforeValidator(formats.read_text)]
Secret = Annotated[SecretStr | None, BeforeValidator(formats.read_text)]  # in no repr and no dump
Html = str | dict[str, Any] | None  # a text where it is read, an object where it was written
Number = Annotated[Decimal | None, BeforeValidator(formats.read_decimal)]
Percent = Annotated[Decimal | None, BeforeValidator(formats.read_percent)]
Flag = Annotated[bool | None, BeforeValidator(formats.read_flag)]
Instant = Annotated[AwareDatetime | None, BeforeValidator(formats.read_instant)]

MarkupType = Annotated[Id, Known("0", "1", "2")]
"""1 = %, 2 = currency amount; 0, in the examples only, seems to be none."""


def wire_name(attribute: str) -> str:
    """What a field is called at essensys, where nothing else is said."""
    return attribute.replace("_", "")


def clean_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as facts: without `row_num` and the display twins, whitespace objects as text.

    Both move without the record moving (`row_num` is unstable, a twin changes when something
    else is renamed), so they must be in no fingerprint.
    """
    return {
        name: formats.read_text(value) if _is_whitespace(value) else value
        for name, value in row.items()
        if name != "row_num" and not name.startswith(("outputvalue_", "output_"))
    }


def _is_whitespace(value: Any) -> bool:
    return isinstance(value, Mapping) and "#significant-whitespace" in value


class Record(ProviderModel):
    """A record as read: typed where the document types it, unknown fields kept by their names."""

    # Validators are built when they are first needed: there are many models, of which few are.
    model_config = ConfigDict(alias_generator=wire_name, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _clean(cls, row: Any) -> Any:
        return clean_row(row) if isinstance(row, Mapping) else row

    def __repr_args__(self) -> list[tuple[str, Any]]:
        """Nothing but the id: records hold personal data and, here and there, passwords."""
        name = _key(type(self))
        return [(name, getattr(self, name))]

    @property
    def unknown(self) -> Mapping[str, Any]:
        """The fields that the model does not declare, as they came."""
        return self.model_extra or {}


def _key(model: type[Record]) -> str:
    """The attribute that holds a record's own id: the only field that must be there."""
    (name,) = (name for name, field in model.model_fields.items() if field.is_required())
    return name


def id_field(model: type[Record]) -> str:
    """What the field of a record's own id is called at essensys."""
    name = _key(model)
    return model.model_fields[name].alias or wire_name(name)


class Dated(Record):
    """A record that says when it was made and changed."""

    created: Instant = Field(None, alias="creationdate")
    updated: Instant = Field(None, alias="updatedate")


class Stamped(Record):
    """A record that says when and by whom it was made and changed."""

    created_by: Text = None
    created: Instant = Field(None, alias="creationdate")
    updated_by: Text = None
    updated: Instant = Field(None, alias="updatedate")
