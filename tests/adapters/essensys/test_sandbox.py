"""The client against the simulated essensys, in every way that the document leaves open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from adapters.essensys.client import EssensysClient, connect
from adapters.essensys.formats import same_minute
from adapters.essensys.models.charges import ChargeSheetPut
from adapters.essensys.paging import PAGE_SIZE
from adapters.essensys.queries import at_least, equals
from adapters.http.errors import Ambiguous, NotFound, Rejected, Transient, Unauthorised
from adapters.http.limits import Limits
from deploy.sandbox import Sandbox, running_sandbox
from deploy.sandbox.essensys import data

LONDON = ZoneInfo("Europe/London")
ACCOUNT = "277754"


@asynccontextmanager
async def connected(
    sandbox: Sandbox, password: str = data.PASSWORD
) -> AsyncIterator[EssensysClient]:
    client = connect(
        connection="operate",
        base_url=sandbox.essensys_url,
        client_id=data.CLIENT_ID,
        client_secret=data.CLIENT_SECRET,
        username=data.USERNAME,
        password=password,
        time_zone=LONDON,
        limits=Limits(10_000, 50),
    )
    try:
        yield client
    finally:
        await client.aclose()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running_sandbox(seed="demo") as running:
        yield running


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[EssensysClient]:
    async with connected(sandbox) as connection:
        yield connection


def sheet(
    reference: str | None = "Invoice 211706 (line 1) & 5% + £", **changes: str
) -> ChargeSheetPut:
    start = datetime(2024, 7, 1, 9, 30, tzinfo=UTC)
    return ChargeSheetPut(
        account=changes.get("account", ACCOUNT),
        product="73",
        tax="5",
        quantity=Decimal("1.5"),
        unit_price=Decimal("66.00"),
        currency="GBP",
        date_from=start,
        date_to=start + timedelta(hours=1),
        reference=reference,
    )


async def ids(client: EssensysClient, account: str = ACCOUNT) -> list[str]:
    where = equals("accountname", account)
    return [found.charge_sheet_id async for found in client.charge_sheets.query(where)]


async def test_a_written_charge_sheet_is_read_as_it_was_meant(
    sandbox: Sandbox, client: EssensysClient
) -> None:
    sandbox.state.essensys.settings.charge_sheet_shows_reference = True
    meant = sheet()

    answer = await client.charge_sheets.put([meant])
    read = await client.charge_sheets.get(answer.ids[0])

    assert read is not None
    assert (read.account, read.product, read.tax) == (meant.account, meant.product, meant.tax)
    assert (read.quantity, read.unit_price) == (meant.quantity, meant.unit_price)
    assert read.total_price == Decimal(99)
    assert read.reference == meant.reference
    assert read.date_from is not None
    assert same_minute(meant.date_from, read.date_from, LONDON)
    assert answer.server_time is not None


async def test_several_charge_sheets_are_written_at_once(client: EssensysClient) -> None:
    answer = await client.charge_sheets.put([sheet("one"), sheet("two")])

    assert len(set(answer.ids)) == 2


async def test_a_charge_is_found_by_reference_where_references_are_readable(
    client: EssensysClient,
) -> None:
    reference = "Invoice 211706 (line 1) & 5% + £"
    answer = await client.charge_sheets.put([sheet(reference)])

    found = [
        charge async for charge in client.current_charges.query(equals("referencetext", reference))
    ]

    assert [charge.current_charge_id for charge in found] == list(answer.ids)
    assert found[0].logged_by == " "


async def test_every_resource_can_be_listed(client: EssensysClient) -> None:
    assert [account.account_id async for account in client.accounts.query()]
    assert [line async for line in client.invoice_lines.query()]
    assert [charge async for charge in client.batch_charge_sheets.query()]
    assert [charge async for charge in client.booking_charges.query()]
    assert [charge async for charge in client.current_charges.query(fields=["net", "unitprice"])]


async def test_a_day_is_a_condition(client: EssensysClient) -> None:
    await client.charge_sheets.put([sheet()])
    today = datetime.now(UTC).date()

    found = client.charge_sheets.query(at_least("creationdate", today - timedelta(days=1)))

    assert len([charge async for charge in found]) == 1


@pytest.mark.parametrize("empty", ["array", "absent", "null"])
@pytest.mark.parametrize("missing", ["404", "empty"])
async def test_nothing_is_nothing_however_it_looks(
    empty: str, missing: str, sandbox: Sandbox, client: EssensysClient
) -> None:
    settings = sandbox.state.essensys.settings
    settings.empty_list, settings.missing_record = empty, missing

    assert await client.charge_sheets.get("999999") is None
    assert await ids(client, "277757") == []


@pytest.mark.parametrize("maximum", [0, 100, 50])
@pytest.mark.parametrize("total_is_page", [True, False])
async def test_a_long_list_is_read_whole_whatever_the_servers_maximum(
    maximum: int, total_is_page: bool, sandbox: Sandbox, client: EssensysClient
) -> None:
    settings = sandbox.state.essensys.settings
    settings.max_page_size, settings.total_count_is_page = maximum, total_is_page
    written = await client.charge_sheets.put([sheet(account="277757")] * (PAGE_SIZE + 60))

    assert await ids(client, "277757") == list(written.ids)


@pytest.mark.parametrize("action", ["move_later_to_front", "remove_earlier", "hide_earlier"])
async def test_no_row_is_missed_when_the_list_moves_between_two_pages(
    action: str, sandbox: Sandbox, client: EssensysClient
) -> None:
    await client.charge_sheets.put([sheet(account="277757")] * (PAGE_SIZE + 60))
    sandbox.state.drift.add("essensys", "chargesheet", action)

    found = await ids(client, "277757")

    assert set(found) >= set(await ids(client, "277757"))
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("kind", "effects"),
    [("drop_before", 0), ("drop_after", 1), ("half_body", 1), ("html", 0)],
)
async def test_a_put_whose_answer_is_lost_is_ambiguous_and_arrives_once(
    kind: str, effects: int, sandbox: Sandbox, client: EssensysClient
) -> None:
    before = await ids(client)
    sandbox.state.faults.add(kind, provider="essensys", method="PUT")

    with pytest.raises(Ambiguous):
        await client.charge_sheets.put([sheet()])

    assert len(await ids(client)) - len(before) == effects
    assert len(sandbox.state.requests.find(method="PUT")) == 1


async def test_an_expired_token_is_replaced_and_the_put_happens_once(
    sandbox: Sandbox, client: EssensysClient
) -> None:
    before = await ids(client)
    sandbox.state.faults.add("expire_tokens", provider="essensys", method="PUT")

    await client.charge_sheets.put([sheet()])

    assert len(await ids(client)) == len(before) + 1


async def test_a_refusal_is_rejected_with_the_providers_reason(client: EssensysClient) -> None:
    with pytest.raises(Rejected) as failure:
        await client.charge_sheets.put([sheet(account="1")])

    assert "there is no account '1'" in failure.value.response_excerpt


async def test_a_rate_limit_is_transient(sandbox: Sandbox, client: EssensysClient) -> None:
    sandbox.state.faults.add("status", provider="essensys", method="PUT", status=429)

    with pytest.raises(Transient):
        await client.charge_sheets.put([sheet()])


async def test_wrong_credentials_are_unauthorised(sandbox: Sandbox) -> None:
    async with connected(sandbox, password="wrong") as client:
        with pytest.raises(Unauthorised):
            await client.accounts.get(ACCOUNT)


async def test_a_deleted_charge_sheet_is_gone(client: EssensysClient) -> None:
    answer = await client.charge_sheets.put([sheet()])

    await client.charge_sheets.delete(answer.ids[0])

    assert await client.charge_sheets.get(answer.ids[0]) is None
    with pytest.raises(NotFound):
        await client.charge_sheets.delete(answer.ids[0])
