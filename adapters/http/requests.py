"""The strict base of what is written: what the provider's document forbids cannot be built."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from adapters.http.errors import Unsendable


class RequestModel(BaseModel):
    """The body of a request, or a part of it.

    Built, it is sendable: unknown fields, missing ones, other types and values that the document
    excludes raise Unsendable, in one line with the field and the rule. What is not given is not
    sent; what is given as None is sent as null, where the document has null.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, validate_by_name=True, serialize_by_alias=True
    )

    @model_validator(mode="wrap")
    @classmethod
    def _refuse(cls, values: Any, build: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return build(values)
        except ValidationError as error:
            raise Unsendable(f"{cls.__name__}: {one_line(error)}") from error

    def to_wire(self) -> dict[str, Any]:
        """The body in the provider's names, as JSON types."""
        return self.model_dump(mode="json", exclude_unset=True)


def one_line(error: ValidationError) -> str:
    """What pydantic found, on one line: field and reason, without the input."""
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc']) or 'record'}: "
        f"{problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors(include_url=False, include_context=False, include_input=False)
    )


def _exact(value: Decimal) -> Decimal:
    if not value.is_finite() or Decimal(repr(float(value))) != value:
        raise ValueError(f"{value} has more digits than a JSON number carries safely")
    return value


JsonNumber = Annotated[Decimal, AfterValidator(_exact), PlainSerializer(float)]
"""A decimal that is sent as a JSON number, and arrives as the same decimal."""
