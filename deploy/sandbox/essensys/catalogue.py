"""All resources of essensys by their path: six made by hand, the others of the document's data."""

from __future__ import annotations

from deploy.sandbox.essensys.document import documented
from deploy.sandbox.essensys.generic import resource_of
from deploy.sandbox.essensys.resource import Resource
from deploy.sandbox.essensys.resources import accounts, charges, invoices

BY_HAND: dict[str, Resource] = {
    resource.path: resource
    for section in (accounts, charges, invoices)
    for resource in section.RESOURCES
}
BY_PATH: dict[str, Resource] = {
    path: BY_HAND.get(path) or resource_of(one) for path, one in documented().items()
}
