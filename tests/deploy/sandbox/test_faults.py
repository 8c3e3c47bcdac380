"""Faults do on the wire what their names say, to the requests meant and to no others."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import httpx
import pytest

from deploy.sandbox import Sandbox
from deploy.sandbox.essensys.records import charge_sheets
from deploy.sandbox.faults import Fault
from tests.deploy.sandbox.conftest import essensys_token
from tests.deploy.sandbox.raw_http import RawConnection
from tests.deploy.sandbox.test_essensys import SHEET, form

PUT_PATH = "/essensys/api/1.0/chargesheet"
PUT_BODY = urlencode(form(SHEET)).encode()


@pytest.fixture
async def connection(http: httpx.AsyncClient, sandbox: Sandbox) -> RawConnection:
    token = await essensys_token(http, sandbox)
    return RawConnection(sandbox.host, sandbox.port, token)


def sheets(sandbox: Sandbox) -> int:
    return len(charge_sheets(sandbox.state.essensys))


async def test_a_status_is_answered_with_its_headers_before_any_effect(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    before = sheets(sandbox)
    sandbox.state.faults.add("status", method="PUT", status=429, headers={"Retry-After": "7"})

    refused = await essensys_api.put("/chargesheet", data=form(SHEET))
    taken = await essensys_api.put("/chargesheet", data=form(SHEET))

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    assert refused.content == b""
    assert taken.status_code == 200
    assert sheets(sandbox) == before + 1


async def test_a_status_can_hide_an_effect(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    before = sheets(sandbox)
    sandbox.state.faults.add(
        "status", method="PUT", status=500, when="after", body='{"error": "late"}'
    )

    answer = await essensys_api.put("/chargesheet", data=form(SHEET))

    assert (answer.status_code, answer.json()) == (500, {"error": "late"})
    assert sheets(sandbox) == before + 1
    entry = sandbox.state.requests.find(operation="put chargesheet")[-1]
    assert (entry.handled_status, entry.status, entry.fault) == (200, 500, "status")


async def test_html_stands_in_for_json(plentific_api: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.state.faults.add("html", provider="plentific")

    answer = await plentific_api.get("/invoices")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(("kind", "effects"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_kept_alive_connection_is_closed_without_an_answer(
    connection: RawConnection, sandbox: Sandbox, kind: str, effects: int
) -> None:
    before = sheets(sandbox)
    async with connection as raw:
        await raw.send("GET", "/essensys/api/1.0/account")
        assert (await raw.answer())[0] == 200
        sandbox.state.faults.add(kind, method="PUT")

        await raw.send("PUT", PUT_PATH, PUT_BODY)

        assert await raw.rest() == b""
    assert sheets(sandbox) == before + effects
    assert [entry.status for entry in sandbox.state.requests.find(method="PUT")] == [None]


async def test_a_drop_can_be_a_reset(connection: RawConnection, sandbox: Sandbox) -> None:
    sandbox.state.faults.add("drop_after", method="PUT", reset=True)
    async with connection as raw:
        await raw.send("PUT", PUT_PATH, PUT_BODY)

        with pytest.raises(ConnectionResetError):
            await raw.rest()


async def test_half_a_body_comes_under_its_full_length(
    connection: RawConnection, sandbox: Sandbox
) -> None:
    sandbox.state.faults.add("half_body")
    async with connection as raw:
        await raw.send("GET", "/essensys/api/1.0/account")
        head, _, body = (await raw.rest()).partition(b"\r\n\r\n")

    length = next(
        int(line.split(b": ")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length")
    )
    assert len(body) == length // 2


async def test_a_chunked_body_is_cut_before_its_last_chunk(
    connection: RawConnection, sandbox: Sandbox
) -> None:
    sandbox.state.faults.add("half_body", cut="chunked")
    async with connection as raw:
        await raw.send("GET", "/essensys/api/1.0/account")
        answer = await raw.rest()

    assert b"transfer-encoding: chunked" in answer.lower()
    assert not answer.endswith(b"0\r\n\r\n")


async def test_half_a_json_text_can_come_as_a_whole_answer(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    sandbox.state.faults.add("half_body", cut="json")

    answer = await essensys_api.get("/account")

    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()


async def test_expired_tokens_give_401_until_a_new_one_is_fetched(
    plentific_api: httpx.AsyncClient, essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    sandbox.state.faults.add("expire_tokens", provider="plentific")

    answers = [(await plentific_api.get("/invoices")).status_code for _ in range(2)]

    assert answers == [401, 401]
    assert (await essensys_api.get("/account")).status_code == 200


async def test_an_answer_is_held_until_released_after_its_effect(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    before, faults = sheets(sandbox), sandbox.state.faults
    fault = faults.add("delay", method="PUT", when="after", hold=True)
    put = asyncio.create_task(essensys_api.put("/chargesheet", data=form(SHEET)))

    await faults.until(lambda: fault.held == 1)
    assert (sheets(sandbox), put.done()) == (before + 1, False)
    faults.release(fault)

    assert (await put).status_code == 200
    assert fault.held == 0


async def test_a_request_can_be_held_before_its_effect(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    before, faults = sheets(sandbox), sandbox.state.faults
    fault = faults.add("delay", method="PUT", hold=True)
    put = asyncio.create_task(essensys_api.put("/chargesheet", data=form(SHEET)))

    await faults.until(lambda: fault.held == 1)
    assert sheets(sandbox) == before
    faults.clear()

    assert (await put).status_code == 200
    assert sheets(sandbox) == before + 1


async def test_the_effect_comes_late_even_when_the_client_gave_up(
    connection: RawConnection, sandbox: Sandbox
) -> None:
    before, faults = sheets(sandbox), sandbox.state.faults
    fault = faults.add("delay", method="PUT", hold=True)
    async with connection as raw:
        await raw.send("PUT", PUT_PATH, PUT_BODY)
        await faults.until(lambda: fault.held == 1)

    faults.release(fault)
    await faults.until(lambda: fault.held == 0)

    assert sheets(sandbox) == before + 1


async def test_nobody_waits_for_a_client_that_left(
    connection: RawConnection, sandbox: Sandbox
) -> None:
    faults = sandbox.state.faults
    fault = faults.add("delay", method="PUT", when="after", hold=True)
    async with connection as raw:
        await raw.send("PUT", PUT_PATH, PUT_BODY)
        await faults.until(lambda: fault.held == 1)

    await faults.until(lambda: fault.held == 0)

    assert sandbox.state.requests.find(method="PUT")[0].status is None


async def test_a_delay_takes_its_seconds(essensys_api: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.state.faults.add("delay", seconds=0.05)
    loop = asyncio.get_running_loop()
    start = loop.time()

    assert (await essensys_api.get("/account")).status_code == 200

    assert loop.time() - start >= 0.05


async def test_a_fault_hits_only_what_it_matches_after_skip_and_times(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    fault = sandbox.state.faults.add(
        "status", operation="query account", path="^/api/1.0/account$", skip=1, times=2
    )

    other = (await essensys_api.get("/account/277754")).status_code
    statuses = [(await essensys_api.get("/account")).status_code for _ in range(4)]

    assert other == 200
    assert statuses == [200, 503, 503, 200]
    assert (fault.matched, fault.applied) == (4, 2)


async def test_a_fault_without_times_lasts_until_it_is_removed(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    sandbox.state.faults.add("status", times=None)
    assert [(await essensys_api.get("/account")).status_code for _ in range(3)] == [503] * 3

    sandbox.state.faults.clear()

    assert (await essensys_api.get("/account")).status_code == 200


async def test_stopping_ends_held_requests_at_once_and_keeps_the_records(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    before, faults = sheets(sandbox), sandbox.state.faults
    fault = faults.add("delay", method="PUT", hold=True)
    put = asyncio.create_task(essensys_api.put("/chargesheet", data=form(SHEET)))
    await faults.until(lambda: fault.held == 1)
    port = sandbox.port

    await sandbox.stop()
    with pytest.raises(httpx.TransportError):
        await put
    with pytest.raises(httpx.ConnectError):
        await essensys_api.get("/account")
    await sandbox.start()

    assert sandbox.port == port
    assert (await essensys_api.get("/account")).status_code == 200
    assert sheets(sandbox) == before


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"kind": "explode"}, "kind must be one of"),
        ({"kind": "delay", "when": "later"}, "when must be one of"),
        ({"kind": "half_body", "cut": "third"}, "cut must be one of"),
        ({"kind": "status", "path": "("}, "not a regular expression"),
        ({"kind": "status", "times": "3"}, "times must be a whole number"),
    ],
)
def test_a_fault_that_means_nothing_is_refused(settings: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Fault(**settings)  # type: ignore[arg-type]
