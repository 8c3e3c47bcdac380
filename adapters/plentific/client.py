"""Plentific's operations, one declaration each."""

from __future__ import annotations

import httpx

from adapters.http.auth import BearerAuth
from adapters.http.client import TIMEOUT, HttpClient
from adapters.http.clock import SYSTEM_CLOCK, Clock
from adapters.http.limits import Limits
from adapters.plentific import params
from adapters.plentific.auth import grant
from adapters.plentific.models import Invoice, InvoiceRow, WorkOrder, WorkOrderRow
from adapters.plentific.operations import listing, reading


class PlentificClient:
    """Plentific through one connection.

    An operation is named as in the catalogue of Plentific's documents, and raises the errors of
    `adapters.http.errors`.
    """

    list_work_orders = listing("/work-orders", params.WorkOrderFilter, WorkOrderRow)
    get_work_order = reading("/work-orders/{work_order_uuid}", params.OneWorkOrder, WorkOrder)
    list_invoices = listing("/invoices", params.InvoiceFilter, InvoiceRow)
    get_invoice = reading("/invoices/{invoice_uuid}", params.OneInvoice, Invoice)

    def __init__(self, http: HttpClient) -> None:
        self.http = http

    async def aclose(self) -> None:
        """Close every connection."""
        await self.http.aclose()


def connect(
    *,
    connection: str,
    base_url: str,
    client_id: str,
    client_secret: str,
    limits: Limits | None = None,
    timeout: float = TIMEOUT,
    clock: Clock = SYSTEM_CLOCK,
    transport: httpx.AsyncBaseTransport | None = None,
) -> PlentificClient:
    """A client for one connection; `base_url` ends in the version, `timeout` is in seconds."""
    auth = BearerAuth(grant(client_id, client_secret), clock)
    http = HttpClient(
        connection=connection,
        base_url=base_url,
        auth=auth,
        limits=limits,
        timeout=timeout,
        clock=clock,
        transport=transport,
    )
    return PlentificClient(http)
