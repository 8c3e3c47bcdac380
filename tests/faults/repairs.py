"""What happens at the simulated Plentific: repairs that move on, and invoices that are paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deploy.sandbox import SandboxState
from deploy.sandbox.plentific.invoices import create_invoice, pay_invoice
from deploy.sandbox.plentific.work_orders import add_status, create_work_order

PROPERTY = "PROP-002"
STEPS = ("job_leads_sent", "quoted", "hired", "booked", "done", "invoice_outstanding")


@dataclass(frozen=True)
class Line:
    """One line of an invoice, and whether it is to be recharged."""

    type: str = "LABOUR"
    quantity: str = "1.5"
    unit_price: str = "60"
    recharged: bool = True

    def item(self, number: int) -> dict[str, Any]:
        """The line as the sandbox takes it."""
        return {
            "type": self.type,
            "quantity": self.quantity,
            "unit_price": self.unit_price,
            "vat": 20,
            "description": f"Fictional work {number}",
            "metadata": {"resident_recharge": "1" if self.recharged else "0"},
        }


Lines = Sequence[Line]
ALIKE = (Line(), Line("MATERIALS", "3", "12.35", recharged=False), Line())
"""The first and the last line are alike and recharged, the one between them is not."""


@dataclass(frozen=True)
class Repair:
    """A work order and its invoices, which are not paid at first."""

    state: SandboxState
    order: str
    invoices: tuple[str, ...]

    def move(self, *statuses: str) -> None:
        """Move the work order on, all in one moment."""
        for status in statuses:
            add_status(self.state.plentific, self.order, status, self.state.now())

    def pay(self) -> None:
        """Pay the invoices, all in one moment."""
        now = self.state.now()
        for invoice in self.invoices:
            pay_invoice(self.state.plentific, invoice, now)


def a_repair(state: SandboxState, *invoices: Lines) -> Repair:
    """Report a repair that is invoiced already, with these lines."""
    now = state.now()
    fields = {"property_external_reference": PROPERTY}
    order = create_work_order(state.plentific, now, fields)["uuid"]
    sent = (an_invoice(state, lines, work_order_uuid=order) for lines in invoices or (ALIKE,))
    return Repair(state, order, tuple(sent))


def an_invoice(state: SandboxState, lines: Lines, **fields: Any) -> str:
    """Receive an invoice, unpaid if `status` does not say otherwise; returns its uuid."""
    fields = {"property_external_reference": PROPERTY, **fields}
    fields["items"] = [line.item(number) for number, line in enumerate(lines, start=1)]
    return str(create_invoice(state.plentific, state.now(), fields)["uuid"])
