"""The kinds of work: categories, their services, and fault categories."""

from __future__ import annotations

from adapters.http.models import Many, ProviderModel


class Category(ProviderModel):
    """A type of work (plentific.txt: "List all categories")."""

    uuid: str
    name: str | None = None
    slug: str | None = None
    url: str | None = None
    deactivated: bool | None = None


class Service(ProviderModel):
    """A service and the categories that it belongs to (plentific.txt: "List all services")."""

    uuid: str
    name: str | None = None
    slug: str | None = None
    deactivated: bool | None = None
    category_uuid_list: Many[str] = ()


class FaultCategory(ProviderModel):
    """A kind of fault, with the narrower kinds in it (plentific.txt: "List fault categories")."""

    uuid: str
    name: str | None = None
    category_uuid: str | None = None
    service_uuid: str | None = None
    parent_uuid: str | None = None
    children: Many[FaultCategory] = ()
