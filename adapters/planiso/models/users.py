"""Users, who are employees (planiso.txt: "Users")."""

from __future__ import annotations

from adapters.http.models import ProviderModel
from adapters.http.requests import EmailText, Maybe, RequestModel
from adapters.planiso.formats import Day, Filled, Flag, LocalTime, WrittenDay
from adapters.planiso.models.change import Change


class User(ProviderModel):
    """A user: `username` is the login, `fullname` first and last name, `phonext` an extension."""

    no: str
    aff_number: str | None = None
    custom_no: str | None = None
    active: Flag | None = None
    username: str | None = None
    fullname: str | None = None
    email: str | None = None
    phone: str | None = None
    phonext: str | None = None
    cellphone: str | None = None
    hired_date: Day = None
    create_date: LocalTime | None = None
    last_update: LocalTime | None = None


class UserNew(RequestModel):
    """A user without password and rights, which people give (planiso.txt: "Create a user").

    `custom_no`, `username` and `email` must each be new.
    """

    custom_no: Filled
    fullname: Filled
    username: Maybe[Filled] = None
    email: Maybe[EmailText] = None
    phone: str | None = None
    phonext: str | None = None
    cellphone: str | None = None
    hired_date: WrittenDay | None = None
    create_date: Maybe[WrittenDay] = None
    last_update: Maybe[WrittenDay] = None
    active: Maybe[Flag] = None


class UserChange(Change):
    """What can be changed of a user (planiso.txt: "Update a user")."""

    custom_no: Maybe[Filled] = None
    fullname: Maybe[Filled] = None
    username: Maybe[Filled] = None
    email: Maybe[EmailText] = None
    phone: str | None = None
    phonext: str | None = None
    cellphone: str | None = None
    hired_date: WrittenDay | None = None
    create_date: Maybe[WrittenDay] = None
