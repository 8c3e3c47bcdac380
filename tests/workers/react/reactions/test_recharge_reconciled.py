"""Paid invoices and charge sheets, compared in the two systems themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters.http.limits import Limits
from adapters.plentific.client import connect
from deploy.sandbox.essensys.records import add_charge_sheet, bill
from deploy.sandbox.plentific import invoices
from deploy.sandbox.plentific.data import CLIENT_ID, CLIENT_SECRET
from events.building import new_event
from events.envelope import Event
from events.plentific import Invoice, InvoiceData
from tests.workers.react.world import World
from workers.detect.plentific.invoices import invoice_state
from workers.detect.stream import Facts
from workers.react.reaction import Configured, Place
from workers.react.reconciliation import Finding
from workers.reconcile import NotComparable, reconcile

LINES = (
    {"type": "LABOUR", "description": "Work", "quantity": "2", "unit_price": "55.00", "vat": "20"},
    {"type": "MATERIALS", "description": "Pipe", "quantity": "1", "unit_price": "9.99", "vat": "0"},
)


@dataclass
class Books:
    """Both systems, and the reaction between them."""

    world: World
    configured: Configured

    def pay(self, **fields: Any) -> str:
        """Make a paid invoice of two lines; returns its uuid."""
        state = self.world.sandbox.state
        return str(
            invoices.create_invoice(
                state.plentific,
                state.now(),
                {"status": "paid", "items": [dict(one) for one in LINES], **fields},
            )["uuid"]
        )

    async def recharge(self, *uuids: str) -> None:
        """Let the reaction answer that invoices were paid."""
        for uuid in uuids:
            await self.world.take(await self._event(uuid), configured=self.configured)
        row = await self.world.work(self.world.executor(self.configured))
        assert row.state == "succeeded", row.reason

    async def _event(self, uuid: str) -> Event:
        detail = await self.configured.origin.client.get_invoice(uuid)
        state = invoice_state(detail, Facts("plentific", "GBP", "Europe/London"))
        at = self.world.clock.now()
        return new_event(
            "plentific.invoice.paid",
            connection="plentific",
            entity_id=uuid,
            transition="paid",
            data=InvoiceData(invoice=Invoice.model_validate(state)),
            sequence=1,
            time=at,
            detected_at=at,
        )

    async def findings(self, since: datetime | None = None) -> list[tuple[str, str]]:
        """What is wrong: the kind and what it is about."""
        return [(one.wrong, one.about) for one in await self.wrong(since)]

    async def wrong(self, since: datetime | None = None) -> list[Finding]:
        """What is wrong, in full."""
        before = len(self.world.puts())
        found = await reconcile(self.world.store, self.configured, since)
        assert len(self.world.puts()) == before
        return list(found.findings)

    def charge(self, line: int) -> dict[str, Any]:
        """The sandbox's own record of a charge, to be changed behind the API's back."""
        return self.world.sheets()[line - 1]


@pytest.fixture
async def books(world: World) -> AsyncIterator[Books]:
    client = connect(
        connection="plentific",
        base_url=world.sandbox.plentific_url,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        limits=Limits(100_000, 8),
        timeout=5,
    )
    one = world.configured(lines="all", account={"PROP-001": "277754"})
    origin = Place("plentific", client, "GBP", "Europe/London")
    yield Books(world, Configured(one.reaction, one.settings, origin, one.place))
    await client.aclose()


def key(uuid: str, line: int) -> str:
    return f"charge-sheet/plentific/{uuid}/{line}"


@pytest.mark.parametrize("readable", [True, False])
async def test_nothing_is_wrong_after_all_was_recharged(books: Books, readable: bool) -> None:
    if not readable:
        books.world.hide_references()
    await books.recharge(books.pay(), books.pay())

    found = await reconcile(books.world.store, books.configured, None)

    assert (found.compared, list(found.findings)) == (4, [])


async def test_a_charge_that_is_not_there_is_missing(books: Books) -> None:
    recharged, not_recharged = books.pay(), books.pay()
    await books.recharge(recharged)
    gone = books.charge(2)["chargesheetid"]
    books.world.sandbox.state.essensys.charges.remove(gone)

    assert sorted(await books.findings()) == sorted(
        ("missing", key(*one)) for one in ((recharged, 2), (not_recharged, 1), (not_recharged, 2))
    )


@pytest.mark.parametrize("readable", [True, False])
async def test_a_charge_that_is_there_twice_is_found(books: Books, readable: bool) -> None:
    if not readable:
        books.world.hide_references()
    uuid = books.pay()
    await books.recharge(uuid)
    first = books.charge(1)
    fields = ("accountname", "product", "tax", "quantity", "unitprice", "datefrom", "dateto")
    copied = {name: first[name] for name in (*fields, "referencetext")}
    state = books.world.sandbox.state
    again = add_charge_sheet(state.essensys, copied, state.now())

    (found,) = await books.wrong()

    assert (found.wrong, found.about) == ("double", key(uuid, 1))
    assert sorted(found.found) == sorted([first["chargesheetid"], again["chargesheetid"]])


async def test_another_amount_is_told_with_both(books: Books) -> None:
    uuid = books.pay()
    await books.recharge(uuid)
    books.charge(1)["unitprice"] = "54.00"

    (found,) = await books.wrong()

    assert (found.wrong, found.about) == ("different", key(uuid, 1))
    assert found.detail == "charged 108.00, not 110.00 GBP"


async def test_a_charge_that_no_paid_invoice_asks_for_is_an_orphan(books: Books) -> None:
    uuid = books.pay()
    await books.recharge(uuid)
    reference = books.charge(1)["referencetext"]
    state = books.world.sandbox.state
    invoices.change_invoice(state.plentific, uuid, state.now(), {"status": "outstanding"})

    found = await books.wrong()

    assert [one.wrong for one in found] == ["orphan", "orphan"]
    assert reference in [one.about for one in found]


async def test_what_somebody_else_charged_is_no_concern_of_ours(books: Books) -> None:
    await books.recharge(books.pay())
    fields = ("accountname", "product", "tax", "quantity", "unitprice", "datefrom", "dateto")
    values = {name: books.charge(1)[name] for name in fields}
    state = books.world.sandbox.state
    add_charge_sheet(state.essensys, values | {"quantity": "7"}, state.now())
    add_charge_sheet(state.essensys, values | {"referencetext": "Desk (0123456789)"}, state.now())

    assert await books.findings() == []


@pytest.mark.parametrize("kept", [True, False])
async def test_what_was_billed_is_found_among_the_invoice_lines(books: Books, kept: bool) -> None:
    await books.recharge(books.pay())
    ids = [sheet["chargesheetid"] for sheet in books.world.sheets()]
    state = books.world.sandbox.state
    bill(state.essensys, ids, state.now(), keep=kept)

    assert await books.findings() == []


async def test_since_a_day_earlier_invoices_are_left_out_and_explain_their_charges(
    books: Books,
) -> None:
    earlier = books.pay()
    never = books.pay()
    books.world.clock.advance(days=3)
    await books.recharge(earlier)
    later = books.pay()
    since = books.world.clock.now() - timedelta(days=1)

    assert await books.findings(since) == [("missing", key(later, one)) for one in (1, 2)]
    assert ("missing", key(never, 1)) in await books.findings()


async def test_an_invoice_that_cannot_be_planned_is_missing_with_the_reason(books: Books) -> None:
    books.pay(property_external_reference="NOWHERE")

    (found,) = await books.wrong()

    assert found.wrong == "missing"
    assert 'add "NOWHERE" = "…"' in found.detail


async def test_a_reaction_without_a_comparison_says_so(world: World) -> None:
    one = world.configured()
    bare = replace(one, reaction=replace(one.reaction, reconcile=None))

    with pytest.raises(NotComparable, match="recharge-paid-invoice says nothing of how to compare"):
        await reconcile(world.store, bare, None)
