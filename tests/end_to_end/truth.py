"""What is due: told from the sandbox's own records, as they differ from those of the baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from deploy.sandbox import SandboxState
from deploy.sandbox.essensys.records import charge_sheets
from tests.end_to_end.configuration import ACCOUNT, PRODUCT, TAX

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Charge:
    """One charge sheet that is due, or that stands in essensys; times are London wall time."""

    invoice: str
    line: int
    account: str
    product: str
    tax: str
    quantity: Decimal
    unit_price: Decimal
    date_from: datetime
    date_to: datetime

    def __str__(self) -> str:
        return (
            f"invoice {self.invoice} line {self.line}: {self.quantity.normalize():f} × "
            f"{self.unit_price:.4f}, product {self.product}, tax {self.tax}, "
            f"account {self.account}, {self.date_from:%Y-%m-%d %H:%M}/{self.date_to:%H:%M}"
        )


@dataclass
class Truth:
    """A sandbox, read from its records and not through its API.

    `source` and `target` are the connections' names; `charged` says whether the paid invoices of
    this source are recharged. `edited` names the entities that a test changes in a way that only
    an `updated` event can tell.
    """

    state: SandboxState
    source: str = "plentific"
    target: str = "operate"
    charged: bool = True
    account: Mapping[str, str] = field(default_factory=lambda: ACCOUNT)
    edited: set[str] = field(default_factory=set)
    _histories: dict[str, int] = field(default_factory=dict)
    _invoices: dict[str, str] = field(default_factory=dict)
    _charges: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """Take what stands there now as known: nothing of it is due."""
        orders, invoices = self.state.plentific.work_orders, self.state.plentific.invoices
        self._histories = {order["uuid"]: len(order["state_history"]) for order in orders}
        self._invoices = {invoice["uuid"]: invoice["status"] for invoice in invoices}
        self._charges = {sheet["chargesheetid"] for sheet in charge_sheets(self.state.essensys)}

    def transitions(self) -> Iterator[str]:
        """Every transition since the baseline, one line each."""
        for order in self.state.plentific.work_orders:
            known = self._histories.get(order["uuid"], 0)
            for place, entry in enumerate(order["state_history"][known:], start=known):
                name = "status_changed" if place else "created"
                yield f"work_order.{name} {order['uuid']} {entry['status']} at {entry['created']}"
        for invoice in self.state.plentific.invoices:
            uuid, was = invoice["uuid"], self._invoices.get(invoice["uuid"])
            if was is None:
                yield f"invoice.received {uuid} created {moment(invoice['created'])}"
            if invoice["status"] == "paid" != was:
                yield f"invoice.paid {uuid} paid {moment(invoice['paid_on'])}"
            if invoice["status"] == "overdue" != was:
                yield f"invoice.overdue {uuid} due {invoice['due_date']}"

    def paid(self) -> list[dict[str, Any]]:
        """The invoices that were paid since the baseline."""
        return [
            invoice
            for invoice in self.state.plentific.invoices
            if invoice["status"] == "paid" and self._invoices.get(invoice["uuid"]) != "paid"
        ]

    def charges_due(self) -> Iterator[Charge]:
        """The charge sheets that the paid invoices ask for."""
        for invoice in self.paid() if self.charged else ():
            start = moment(invoice["paid_on"]).astimezone(LONDON)
            start = start.replace(second=0, microsecond=0, tzinfo=None)
            for line, item in enumerate(invoice["items"], start=1):
                if item["metadata"]["resident_recharge"] == "1":
                    yield Charge(
                        invoice=invoice["id"],
                        line=line,
                        account=self.account[invoice["job_address"]["external_reference"]],
                        product=PRODUCT[item["type"]],
                        tax=TAX[f"{item['vat']}"],
                        quantity=Decimal(str(item["quantity"])),
                        unit_price=Decimal(str(item["unit_price"])),
                        date_from=start,
                        date_to=start + timedelta(minutes=line),
                    )

    def new_charge_sheets(self) -> list[dict[str, Any]]:
        """The charge sheets that essensys has got since the baseline, as it holds them."""
        return [
            sheet
            for sheet in charge_sheets(self.state.essensys)
            if sheet["chargesheetid"] not in self._charges
        ]

    def entities(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Kind, id and record of everything that is watched."""
        for order in self.state.plentific.work_orders:
            yield "work_order", order["uuid"], order
        for invoice in self.state.plentific.invoices:
            yield "invoice", invoice["uuid"], invoice

    def writes(self) -> list[str]:
        """Every request that a provider may have acted upon, token requests aside."""
        return [
            f"{request.provider} {request.method} {request.path}"
            for request in self.state.requests.find()
            if request.method not in ("GET", "HEAD") and request.operation != "create_token"
        ]


def moment(text: str) -> datetime:
    """A time of a record or an event, to compare the two."""
    return datetime.fromisoformat(text)
