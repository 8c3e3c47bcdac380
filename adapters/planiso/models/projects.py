"""Projects (planiso.txt: "Projects")."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from adapters.http.errors import Unsendable
from adapters.http.models import ProviderModel
from adapters.http.requests import Maybe, RequestModel
from adapters.planiso.formats import Day, Filled, Flag, LocalTime, WrittenDay
from adapters.planiso.models.change import Change


class Project(ProviderModel):
    """A project. Only the answer to a change shows `last_update`."""

    no: str
    aff_number: str | None = None
    custom_no: str | None = None
    name: str | None = None
    location: str | None = None
    start_date: Day = None
    end_date: Day = None
    active: Flag | None = None
    last_update: LocalTime | None = None


class ProjectNew(RequestModel):
    """A project, whose `custom_no` must be new (planiso.txt: "Create a project")."""

    custom_no: Filled
    name: Filled
    location: str | None = None
    start_date: WrittenDay | None = None
    end_date: WrittenDay | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _refuse_disorder(self)
        return self


class ProjectChange(Change):
    """What can be changed of a project (planiso.txt: "Update a project")."""

    custom_no: Filled | None = None
    name: Maybe[Filled] = None
    location: str | None = None
    start_date: WrittenDay | None = None
    end_date: WrittenDay | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _refuse_disorder(self)
        return self


def _refuse_disorder(body: ProjectNew | ProjectChange) -> None:
    start, end = body.start_date, body.end_date
    if start is not None and end is not None and end < start:
        raise Unsendable(f"{type(body).__name__}: end_date is before start_date")
