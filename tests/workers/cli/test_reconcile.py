"""`tiebeam reconcile`: what is wrong between two systems, and the exit code."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from deploy.sandbox import Sandbox, running_sandbox
from deploy.sandbox.essensys import data as essensys
from deploy.sandbox.plentific import data as plentific
from deploy.sandbox.plentific import invoices
from tests.command import Done
from tests.workers.cli.conftest import SECRET, Refused, Shell
from tests.workers.cli.test_backfill import logs_for_this_test_only

__all__ = ["logs_for_this_test_only"]

NAME = "recharge-paid-invoice"
LABOUR = {"type": "LABOUR", "description": "Work", "quantity": "1", "unit_price": "55", "vat": "20"}


@pytest.fixture
async def sandbox(shell: Shell) -> AsyncIterator[Sandbox]:
    """Both providers of the reaction, with one account."""
    async with running_sandbox() as running:
        for provider, url, data in (
            ("plentific", running.plentific_url, plentific),
            ("essensys", running.essensys_url, essensys),
        ):
            shell.change(f"http://127.0.0.1:9/{provider}", url)
            shell.change("a-client", data.CLIENT_ID)
            shell.change(f'client_secret = "{SECRET}"', f'client_secret = "{data.CLIENT_SECRET}"')
        shell.change("a-user", essensys.USERNAME)
        shell.change(f'password = "{SECRET}"', f'password = "{essensys.PASSWORD}"')
        shell.change('to = "operate"', 'to = "operate"\nlines = "all"')
        await asyncio.to_thread(shell.upgrade)
        yield running


async def reconciled(shell: Shell, *options: str) -> Done:
    return await asyncio.to_thread(shell.tiebeam, "reconcile", NAME, *options)


async def test_nothing_wrong_is_one_line_and_code_0(shell: Shell, sandbox: Sandbox) -> None:
    done = await reconciled(shell)

    assert (done.code, done.out, done.err) == (0, f"{NAME}: 0 compared, nothing is wrong\n", "")


async def test_what_is_wrong_is_listed_and_ends_in_code_1(
    shell: Shell, sandbox: Sandbox, one_line: Refused
) -> None:
    state = sandbox.state
    fields = {"status": "paid", "items": [LABOUR], "property_external_reference": "PROP-001"}
    uuid = invoices.create_invoice(state.plentific, state.now(), fields)["uuid"]

    done = await reconciled(shell)
    assert one_line(done, 1) == f"{NAME}: 1 findings, 1 compared"
    heading, *found = (" ".join(line.split()) for line in done.out.splitlines())
    assert heading == "wrong what"
    key = f"charge-sheet/plentific/{uuid}/1"
    assert " ".join(found) == f"missing {key} no charge of 55.00 GBP"

    told = await reconciled(shell, "--json")
    assert told.code == 1
    shown = json.loads(told.out)
    assert (shown["compared"], [one["about"] for one in shown["findings"]]) == (1, [key])
    later = await reconciled(shell, "--since", "2999-01-01")
    assert later.code == 0


def test_a_reaction_that_is_not_configured_is_named(shell: Shell, one_line: Refused) -> None:
    shell.upgrade()
    line = one_line(shell.tiebeam("reconcile", "no-such"), 2)
    assert line == "reactions.no-such is not configured"
