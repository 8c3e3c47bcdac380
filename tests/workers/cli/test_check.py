"""`tiebeam check`: each thing that the configuration names is ok, or it says why not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from deploy.sandbox import Sandbox, running_sandbox
from deploy.sandbox.essensys import data as essensys
from deploy.sandbox.plentific import data as plentific
from tests.command import Done
from tests.workers.cli.conftest import SECRET, Refused, Shell


@pytest.fixture
async def sandbox(shell: Shell) -> AsyncIterator[Sandbox]:
    """Providers that the configuration is right for."""
    async with running_sandbox(seed="demo") as running:
        text = shell.config.read_text()
        head, first = text.split("[connections.plentific]")
        first, second = first.split("[connections.operate]")
        first = first.replace("http://127.0.0.1:9/plentific", running.plentific_url)
        first = first.replace("a-client", plentific.CLIENT_ID)
        first = first.replace(SECRET, plentific.CLIENT_SECRET)
        second = second.replace("http://127.0.0.1:9/essensys", running.essensys_url)
        second = second.replace("a-client", essensys.CLIENT_ID).replace("a-user", essensys.USERNAME)
        second = second.replace(SECRET, essensys.CLIENT_SECRET, 1)
        second = second.replace(SECRET, essensys.PASSWORD)
        shell.write(f"{head}[connections.plentific]{first}[connections.operate]{second}")
        yield running


async def check(shell: Shell) -> Done:
    return await asyncio.to_thread(shell.tiebeam, "check")


@pytest.mark.kafka
async def test_all_is_well(shell: Shell, sandbox: Sandbox, kafka: str) -> None:
    await asyncio.to_thread(shell.upgrade)
    shell.change("127.0.0.1:9", kafka)
    done = await check(shell)

    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "ok   configuration",
        "ok   store",
        f"ok   kafka {kafka}",
        "ok   connection plentific",
        "ok   connection operate",
        "ok   stream plentific/work-orders",
        "ok   stream plentific/invoices",
        "ok   stream operate/bookings",
        "ok   stream operate/leads",
        "ok   stream operate/invoices",
        "ok   stream operate/accounts",
        "note reactions.recharge-paid-invoice is live",
    ]


async def test_each_failure_has_a_line_and_the_others_are_still_checked(
    shell: Shell, sandbox: Sandbox, one_line: Refused
) -> None:
    shell.change(essensys.PASSWORD, "not-the-password")
    sandbox.state.faults.add("html", operation="list_invoices")
    done = await check(shell)

    assert one_line(done, 1) == "8 of the checks failed"
    lines = done.out.splitlines()
    assert lines[0] == "ok   configuration"
    assert lines[1] == "FAIL store: not up to date; run `tiebeam store upgrade`"
    assert lines[2].startswith("FAIL kafka 127.0.0.1:9: Kafka at 127.0.0.1:9 does not answer: ")
    assert lines[3] == "ok   connection plentific"
    assert lines[4].startswith("FAIL connection operate: operate: create_token: ")
    assert "check the credentials and permissions of this connection" in lines[4]
    assert lines[5] == "ok   stream plentific/work-orders"
    assert lines[6].startswith("FAIL stream plentific/invoices: plentific: list_invoices: an HTML")
    for secret in (essensys.CLIENT_SECRET, "not-the-password", plentific.CLIENT_SECRET):
        assert secret not in done.out + done.err


async def test_providers_that_are_away_are_named(
    shell: Shell, sandbox: Sandbox, one_line: Refused
) -> None:
    await sandbox.stop()
    done = await check(shell)

    one_line(done, 1)
    failed = [line for line in done.out.splitlines() if line.startswith("FAIL")]
    assert [line.split(":")[0] for line in failed[2:]] == [
        "FAIL connection plentific",
        "FAIL connection operate",
        "FAIL stream plentific/work-orders",
        "FAIL stream plentific/invoices",
        "FAIL stream operate/bookings",
        "FAIL stream operate/leads",
        "FAIL stream operate/invoices",
        "FAIL stream operate/accounts",
    ]
    assert all("no connection" in line for line in failed[2:])


async def test_a_key_that_is_not_taken_is_told_though_no_token_is_asked_for(
    shell: Shell, sandbox: Sandbox, one_line: Refused
) -> None:
    silo = f"""[connections.silo]
provider = "planiso"
base_url = "{sandbox.planiso_url}"
api_key = "not-the-key"
"""
    shell.write(f"{shell.config.read_text()}{silo}")
    done = await check(shell)

    one_line(done, 1)
    (line,) = (one for one in done.out.splitlines() if "connection silo" in one)
    assert line.startswith("FAIL connection silo: silo: list_equipment_types: Unauthorized (401)")
    assert "not-the-key" not in done.out + done.err


async def test_nothing_is_changed_by_looking(shell: Shell, sandbox: Sandbox) -> None:
    await check(shell)

    asked = {(request.method, request.operation) for request in sandbox.state.requests.find()}
    assert asked == {
        ("POST", "create_token"),
        ("GET", "list_work_orders"),
        ("GET", "list_invoices"),
        ("GET", "query calendar"),
        ("GET", "query lead"),
        ("GET", "query invoice"),
        ("GET", "query account"),
    }
