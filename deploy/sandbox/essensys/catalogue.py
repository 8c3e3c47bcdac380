"""All simulated resources of essensys by their path."""

from __future__ import annotations

from deploy.sandbox.essensys.resource import Resource
from deploy.sandbox.essensys.resources import accounts, charges, invoices

BY_PATH: dict[str, Resource] = {
    resource.path: resource
    for section in (accounts, charges, invoices)
    for resource in section.RESOURCES
}
