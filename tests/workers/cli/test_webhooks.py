"""`tiebeam webhooks`: what is subscribed to at the provider, and making it what is wanted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from deploy.sandbox import Sandbox, running_sandbox
from deploy.sandbox.plentific import data as plentific
from deploy.sandbox.plentific.records import add
from tests.command import Done
from tests.workers.cli.conftest import SECRET, Refused, Shell
from workers.webhooks.subscriptions import EVENTS

ADDRESS = "https://hooks.example.com/webhooks/plentific"
MOVED = "https://new.example.com/webhooks/plentific"
WEBHOOK_SECRET = "a-webhook-secret"
THEIRS = "https://elsewhere.example.com/hooks"
ANOTHER = {
    "endpoint_url": THEIRS,
    "endpoint_version": "v2",
    "matching_events": ["*"],
    "is_enabled": False,
    "alerts_enabled": False,
}


@pytest.fixture
async def sandbox(shell: Shell) -> AsyncIterator[Sandbox]:
    """A Plentific that the configuration is right for."""
    async with running_sandbox() as running:
        shell.change("http://127.0.0.1:9/plentific", running.plentific_url)
        shell.change("a-client", plentific.CLIENT_ID)
        shell.change(f'"{SECRET}"', f'"{plentific.CLIENT_SECRET}"')
        asked = f'webhook_secret = "{WEBHOOK_SECRET}"\nwebhook_url = "{ADDRESS}"\n'
        shell.change("[connections.operate]", f"{asked}[connections.operate]")
        await asyncio.to_thread(shell.upgrade)
        yield running


async def webhooks(shell: Shell, *arguments: str) -> Done:
    done = await asyncio.to_thread(shell.tiebeam, "webhooks", *arguments)
    for secret in (WEBHOOK_SECRET, plentific.CLIENT_SECRET):
        assert secret not in done.out + done.err
    return done


async def synced(shell: Shell, *options: str) -> str:
    done = await webhooks(shell, "sync", *options)
    assert (done.code, done.err) == (0, "")
    return done.out.removesuffix("\n")


async def listed(shell: Shell) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((await webhooks(shell, "list", "--json")).out)
    return found


def subscriptions(sandbox: Sandbox) -> list[Mapping[str, Any]]:
    """As the provider has them."""
    return list(sandbox.state.plentific.of("webhook_subscriptions"))


def calls(sandbox: Sandbox) -> list[str]:
    """What was asked of the provider, signing in apart."""
    operations = [one.operation for one in sandbox.state.requests.find()]
    return [operation for operation in operations if operation != "create_token"]


async def test_a_subscription_is_made_once(shell: Shell, sandbox: Sandbox) -> None:
    assert await synced(shell) == "plentific: 1 created (there is none with this address)"
    (made,) = subscriptions(sandbox)
    assert made["endpoint_url"] == ADDRESS
    assert made["_endpoint_secret"] == WEBHOOK_SECRET
    assert made["is_enabled"] is True
    assert list(made["matching_events"]) == list(EVENTS)

    assert await synced(shell) == "plentific: unchanged (as wanted)"
    assert subscriptions(sandbox) == [made]


async def test_a_changed_secret_is_brought_there_without_a_gap(
    shell: Shell, sandbox: Sandbox
) -> None:
    await synced(shell)
    (old,) = subscriptions(sandbox)
    sandbox.state.requests.clear()

    told = await synced(shell, "--renew")

    assert told == "plentific: 1 created, 1 deleted (a new one was asked for)"
    assert old["uuid"] not in [one["uuid"] for one in subscriptions(sandbox)]
    assert calls(sandbox) == [
        "list_webhook_subscriptions",
        "create_webhook_subscription",
        "delete_webhook_subscription",
    ]


async def test_a_dry_run_changes_nothing(shell: Shell, sandbox: Sandbox) -> None:
    told = await synced(shell, "--dry-run")

    assert told == "plentific: would be: 1 created (there is none with this address)"
    assert calls(sandbox) == ["list_webhook_subscriptions"]


async def test_the_list_says_which_are_ours(shell: Shell, sandbox: Sandbox) -> None:
    assert (await webhooks(shell, "list")).out == "none\n"
    await synced(shell)
    state = sandbox.state
    theirs = add(state.plentific, "webhook_subscriptions", state.now(), ANOTHER)

    shown = await listed(shell)
    shown.sort(key=lambda one: not one["ours"])
    assert [(one["address"], one["ours"]) for one in shown] == [(ADDRESS, True), (THEIRS, False)]
    assert shown[1] == {
        "connection": "plentific",
        "uuid": theirs["uuid"],
        "address": THEIRS,
        "events": ["*"],
        "enabled": False,
        "version": "v2",
        "ours": False,
    }
    lines = (await webhooks(shell, "list")).out.splitlines()
    assert lines[0].split() == ["connection", "uuid", "ours", "what"]
    assert ["no", THEIRS, "*", "v2", "disabled"] in [line.split()[2:] for line in lines]


async def test_another_address_is_brought_there_and_those_of_others_stay(
    shell: Shell, sandbox: Sandbox
) -> None:
    state = sandbox.state
    theirs = add(state.plentific, "webhook_subscriptions", state.now(), ANOTHER)
    await synced(shell)
    shell.change(ADDRESS, MOVED)
    (before,) = [one for one in await listed(shell) if one["ours"]]
    assert before["address"] == ADDRESS

    assert await synced(shell) == "plentific: 1 created, 1 deleted (its address was another)"

    assert {one["endpoint_url"] for one in subscriptions(sandbox)} == {THEIRS, MOVED}
    assert theirs["uuid"] in [one["uuid"] for one in subscriptions(sandbox)]
    assert await synced(shell) == "plentific: unchanged (as wanted)"


async def test_a_move_that_was_cut_short_is_ended_by_the_next_one(
    shell: Shell, sandbox: Sandbox, one_line: Refused
) -> None:
    await synced(shell)
    shell.change(ADDRESS, MOVED)
    sandbox.state.faults.add("drop_before", operation="delete_webhook_subscription", times=None)
    one_line(await webhooks(shell, "sync"), 1)

    sandbox.state.faults.clear()
    assert await synced(shell) == "plentific: 1 deleted (there is more than one)"
    assert [one["endpoint_url"] for one in subscriptions(sandbox)] == [MOVED]


async def test_one_that_an_earlier_version_made_is_remembered_from_now_on(
    shell: Shell, sandbox: Sandbox
) -> None:
    state = sandbox.state
    own = {**ANOTHER, "endpoint_url": ADDRESS, "matching_events": [*EVENTS], "is_enabled": True}
    add(state.plentific, "webhook_subscriptions", state.now(), own)
    assert await synced(shell) == "plentific: unchanged (as wanted)"

    shell.change(ADDRESS, MOVED)
    await synced(shell)

    assert [one["endpoint_url"] for one in subscriptions(sandbox)] == [MOVED]


async def test_a_replacement_that_was_cut_short_is_ended_by_the_next_one(
    shell: Shell, sandbox: Sandbox, one_line: Refused
) -> None:
    await synced(shell)
    sandbox.state.faults.add("drop_before", operation="delete_webhook_subscription", times=None)
    one_line(await webhooks(shell, "sync", "--renew"), 1)
    assert len(subscriptions(sandbox)) == 2

    sandbox.state.faults.clear()
    assert await synced(shell) == "plentific: 1 created, 2 deleted (there is more than one)"
    assert await synced(shell) == "plentific: unchanged (as wanted)"


async def test_without_an_address_there_is_nothing_to_ask_for(
    shell: Shell, one_line: Refused
) -> None:
    await asyncio.to_thread(shell.upgrade)
    line = one_line(await webhooks(shell, "sync"), 2)
    assert line == f"{shell.config}: connections: none to Plentific has a webhook_url"


async def test_an_address_that_leads_elsewhere_is_refused(
    shell: Shell, sandbox: Sandbox, one_line: Refused
) -> None:
    shell.change(ADDRESS, "https://hooks.example.com/plentific")
    line = one_line(await webhooks(shell, "sync"), 2)
    assert line.endswith("connections.plentific.webhook_url: must end in /webhooks/plentific")
    assert calls(sandbox) == []


@pytest.mark.parametrize("command", ["list", "sync"])
async def test_a_provider_that_is_away_is_named(
    shell: Shell, sandbox: Sandbox, one_line: Refused, command: str
) -> None:
    await sandbox.stop()
    assert "no connection" in one_line(await webhooks(shell, command), 1)
