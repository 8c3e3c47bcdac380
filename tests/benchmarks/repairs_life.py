"""A simulated Plentific whose work orders, and all that is below them, change as hours pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from deploy.sandbox import SandboxState
from deploy.sandbox.collection import Collection
from deploy.sandbox.plentific.data import PlentificData
from deploy.sandbox.plentific.invoices import change_invoice, create_invoice
from deploy.sandbox.plentific.work_order_progress import change_child, create_child
from deploy.sandbox.plentific.work_orders import change_work_order, create_work_order

LIVE = 25
"""One work order in so many is live."""
BILLED = 5
"""One settled work order in so many has an invoice."""
LATE = 0.02
"""The share of the changes below work orders that comes to those long settled."""
ODD = 0.03
"""The share that comes to live ones of any status, expected there or not."""
SHARES: Mapping[str, int] = {
    "status": 30,
    "booking": 20,
    "completion_report": 12,
    "quote": 13,
    "invoice": 15,
    "amount": 10,
}
"""Of a hundred changes."""
STEPS = ("job_leads_sent", "quoted", "hired", "booked", "done", "signed_off")
"""What a work order goes through."""
ENDED = STEPS[-1]
USUAL: Mapping[str, Sequence[str]] = {
    "bookings": ("hired", "booked"),
    "completion_reports": ("booked", "done"),
    "quotes": ("job_leads_sent", "quoted", "booked"),
}
"""When contractors make and change things below a work order; a price is varied on the spot."""


@dataclass(frozen=True)
class Happened:
    """A change: of what, when, and the work order that it is below (or is)."""

    subject: str
    kind: str
    at: datetime
    order: str


class WithArchive(Collection):
    """Work orders, of which those in the archive have ended for good.

    Who asks for another status need not wait until all of those are looked through: to look through
    all is what the simulated provider does, and would take most of the time of the benchmark.
    """

    def __init__(self) -> None:
        super().__init__(newest_first=True)
        self.archive: set[str] = set()
        self._of: list[str] = []
        self._others: list[str] = []

    def having(self, ids: list[str], name: str, value: object) -> list[str]:
        """As a collection has them."""
        if name != "status" or value == ENDED:
            return super().having(ids, name, value)
        if ids is not self._of:
            self._of, self._others = ids, [one for one in ids if one not in self.archive]
        return super().having(self._others, name, value)


@dataclass
class Life:
    """The provider's records, and what happens to them; the same for the same seed."""

    state: SandboxState
    random: Random
    live: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    below: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    invoices: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> PlentificData:
        """Plentific's records."""
        return self.state.plentific

    def begin(self, orders: int) -> None:
        """Make so many work orders, with what is below the live ones and some of the others."""
        now, known = self.state.now(), WithArchive()
        self.data.records["work_orders"] = known
        for number in range(orders):
            is_live = number % LIVE == 0
            age = timedelta(days=3 + number % 25) if is_live else timedelta(days=60 + number % 600)
            status = self.random.choice(STEPS[:-1]) if is_live else ENDED
            fields = {"created": (now - age).isoformat(), "status": status}
            uuid = create_work_order(self.data, now, fields)["uuid"]
            (self.live if is_live else self.settled).append(uuid)
            if is_live:
                for kind in USUAL:
                    if status in USUAL[kind]:
                        self._create(kind, uuid, created=(now - age).isoformat())
            if is_live or number % BILLED == 0:
                status = "outstanding" if is_live else "cancelled"
                created = (now - age).isoformat()
                invoice = create_invoice(
                    self.data, now, {"work_order_uuid": uuid, "status": status, "created": created}
                )
                self.invoices[uuid] = invoice["uuid"]
        known.archive.update(self.settled)

    def moments(self, start: datetime, hours: float, an_hour: int) -> list[datetime]:
        """When things happen."""
        seconds = (self.random.uniform(0, hours * 3600) for _ in range(int(hours * an_hour)))
        return [start + timedelta(seconds=one) for one in sorted(seconds)]

    def change(self) -> Happened:
        """Let something happen now."""
        kind = self.random.choices(list(SHARES), weights=list(SHARES.values()))[0]
        order = self._order(f"{kind}s", self.random.random())
        if kind == "status":
            subject = self._move_on(order)
        elif kind == "invoice":
            subject = self._bill(order)
        elif kind == "amount":
            subject = self._amount(order)
        else:
            subject = self._below(f"{kind}s", order)
        return Happened(subject, kind, self.state.now(), order)

    def _order(self, kind: str, chance: float) -> str:
        """A work order to which a change of a kind comes."""
        if kind in ("amounts", *USUAL) and chance < LATE:
            return self.random.choice(self.settled)
        if kind not in USUAL or chance < LATE + ODD:
            return self.random.choice(self.live)
        orders = self.data.work_orders
        usual = [one for one in self.live if orders[one]["status"] in USUAL[kind]]
        return self.random.choice(usual or self.live)

    def _move_on(self, order: str) -> str:
        was = self.data.work_orders[order]["status"]
        status = STEPS[STEPS.index(was) + 1]
        change_work_order(self.data, order, self.state.now(), {"status": status})
        if status == ENDED:
            self.live.remove(order)
            new = create_work_order(self.data, self.state.now(), {"status": STEPS[0]})
            self.live.append(new["uuid"])
        return order

    def _bill(self, order: str) -> str:
        now, uuid = self.state.now(), self.invoices.get(order)
        if uuid is None or self.data.invoices[uuid]["status"] != "outstanding":
            self.invoices[order] = create_invoice(self.data, now, {"work_order_uuid": order})[
                "uuid"
            ]
        else:
            change_invoice(self.data, uuid, now, {"status": "paid"})
        return self.invoices[order]

    def _amount(self, order: str) -> str:
        uuid = self.invoices.get(order)
        if uuid is None:
            return self._bill(order)
        line = {"type": "LABOUR", "description": "Fictional hours", "vat": 20}
        price = {"quantity": 1, "unit_price": self.random.randrange(100, 99_999)}
        change_invoice(self.data, uuid, self.state.now(), {"items": [line | price]})
        return uuid

    def _below(self, kind: str, order: str) -> str:
        uuid = self.below[order].get(kind)
        if uuid is None:
            return self._create(kind, order)
        changes: dict[str, Any]
        if kind == "bookings":
            day = self.state.now() + timedelta(days=1, seconds=self.random.randrange(86_400))
            changes = {"start_datetime": day.isoformat()}
        else:
            del self.below[order][kind]  # decided: the next one is new
            changes = {"status": "accepted"}
            time = "accepted_on" if kind == "quotes" else "status_date"
            changes[time] = self.state.now().isoformat()
        change_child(self.data, kind, order, uuid, self.state.now(), changes)
        return uuid

    def _create(self, kind: str, order: str, **fields: Any) -> str:
        made = create_child(self.data, kind, order, self.state.now(), fields)
        uuid: str = made["uuid"] if "uuid" in made else made["_uuid"]
        self.below[order][kind] = uuid
        return uuid


def calls(state: SandboxState) -> int:
    """The calls to Plentific so far, without those for tokens."""
    return sum(
        count
        for name, count in state.requests.counts.items()
        if name.startswith("plentific ") and not name.endswith("token")
    )


def calls_by_operation(state: SandboxState) -> dict[str, int]:
    """The same by operation."""
    return {
        name.removeprefix("plentific "): count
        for name, count in state.requests.counts.items()
        if name.startswith("plentific ")
    }


def naive_cycle(orders: int, invoices: int, page: int, lists: Sequence[str]) -> int:
    """The calls of one sweep over everything: pages of work orders and invoices, and for each
    work order its lists. Details are left out, though amounts are seen in them alone.
    """
    return -(-orders // page) + -(-invoices // page) + orders * len(lists)
