"""What people and machines get to see: logs that can be read, no secret, no personal data.

A real process runs with faults at the most talkative log level over providers whose records are
full of people; everything that leaves it is kept, and searched.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from adapters.store import inbox
from deploy.sandbox import SandboxState
from deploy.sandbox.essensys import data as essensys
from deploy.sandbox.plentific import data as plentific
from deploy.sandbox.plentific.invoices import create_invoice
from deploy.sandbox.tokens import TOKEN_PREFIX
from tests.command import tiebeam as command_line
from tests.end_to_end import told
from tests.end_to_end.collector import collecting
from tests.end_to_end.process import tiebeam
from tests.end_to_end.world import World, opened, until

pytestmark = [pytest.mark.kafka, pytest.mark.slow]  # they start processes

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")
SECRETS = (
    plentific.CLIENT_SECRET,
    essensys.CLIENT_SECRET,
    essensys.PASSWORD,
    TOKEN_PREFIX,
)
PERSON = "Quirina Tenantsdotter"
EMAIL = "quirina@tenants.example"
PHONE = "+44 7700 900461"
STREET = "9 Canary Wynd"
POSTCODE = "QZ9 9ZQ"
PEOPLE = (PERSON, "Tenantsdotter", EMAIL, "tenants.example", PHONE, STREET, POSTCODE)
OF_THE_SEED = (
    "front.desk@example.com",
    essensys.USERNAME,
    essensys.API_USER,
    "8 Sample Street",
    "72 Fictional Road",
    "ZZ1 1AA",
    "Pat Example",
    "Fictional Estates LLP",
    "tap in the kitchen",
)
ADDRESS = {
    "address_line_1": STREET,
    "address_line_2": PERSON,
    "address_zone": None,
    "city": "Canaryton",
    "country": "UK",
    "postal_code": POSTCODE,
}
SAID = f"{PERSON}, {STREET}, {POSTCODE}, {EMAIL}, {PHONE}"


def people_everywhere(state: SandboxState) -> None:
    """Put a tenant into every documented field that may hold one, and into undocumented ones."""
    for order in state.plentific.work_orders:
        order.update(access_notes=SAID, assignee=EMAIL, created_by=EMAIL)
        order["faults"][0]["description"] = SAID
        order["tenant"] = {"name": PERSON, "email": EMAIL, "phone": PHONE, "address": ADDRESS}
    for invoice in state.plentific.invoices:
        invoice["job_address"]["address"] = ADDRESS
        invoice["recipient"]["beneficiary"] = {"name": PERSON, "address": ADDRESS}
        invoice["recipient"]["billing_address"] |= {"name": PERSON, "address": ADDRESS}
        invoice["sender"]["address"] = ADDRESS
        invoice["contact"] = SAID
    for account in state.essensys.accounts:
        account.update(
            clientname=PERSON, firstname=PERSON, emailaddress=EMAIL, phoneno=PHONE, address1=STREET
        )


def faults_everywhere(state: SandboxState) -> None:
    """Faults of every kind at every operation, some with people and secrets in their bodies."""
    secrets = {
        "plentific": plentific.CLIENT_SECRET,
        "essensys": f"{essensys.CLIENT_SECRET} {essensys.PASSWORD}",
    }
    for provider, operation in (
        ("plentific", "list_invoices"),
        ("plentific", "get_invoice"),
        ("plentific", "get_work_order"),
        ("plentific", "create_token"),
        ("essensys", "create_token"),
        ("essensys", "put chargesheet"),
    ):
        at = {"provider": provider, "operation": operation}
        said = f"{SAID} cannot sign in with {secrets[provider]}"
        body = json.dumps({"message": said, "detail": said, "people": SAID})
        state.faults.add("status", status=500, body=body, **at)
        if operation == "put chargesheet":
            state.faults.add("drop_after", **at)
        if provider == "plentific":
            state.faults.add("half_body", cut="json", **at)
            state.faults.add("expire_tokens", **at)


@dataclass(frozen=True)
class Heard:
    """All that left the process and the commands, by where it came out."""

    outputs: dict[str, str]
    records: str  # of the providers, as they hold them
    store: bytes
    log: list[dict[str, Any]]
    spans: list[str]

    def found(self, words: tuple[str, ...]) -> list[tuple[str, str]]:
        """Which of the words stand where."""
        return [
            (place, word)
            for place, text in self.outputs.items()
            for word in words
            if word.lower() in text.lower()
        ]


COMMANDS = {
    "status": ("status",),
    "status --json": ("status", "--json"),
    "check": ("check",),
    "topics list": ("topics", "list"),
    "reactions list": ("reactions", "list"),
    "reactions list --json": ("reactions", "list", "--json"),
    "reactions show (done)": ("reactions", "show", "1"),
    "reactions show (dead)": ("reactions", "show", "3"),
    "reactions show --json (done)": ("reactions", "show", "1", "--json"),
    "reactions show --json (dead)": ("reactions", "show", "3", "--json"),
}


@pytest.fixture(scope="module")
def heard(kafka: str, tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Heard:
    folder, prefix = tmp_path_factory.mktemp("heard"), f"t{uuid4().hex[:12]}."
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    async def listen() -> Heard:
        with collecting() as collector:
            telemetry = f'otlp_endpoint = "{collector.url}"\nlog_level = "debug"'
            async with opened(
                folder, empty_store, kafka, prefix, telemetry=telemetry, ops_port=port
            ) as world:
                people_everywhere(world.sandbox.state)
                outputs = await live(world, port)
                outputs["topics"] = " ".join(
                    f"{one.key!r} {one.value!r} {one.headers}"
                    for one in await told.records(kafka, prefix)
                )
            outputs["spans"] = " ".join(body.decode("latin-1") for body in collector.bodies)
            log = [json.loads(line) for line in outputs["stderr"].splitlines()]
            store = b"".join(file.read_bytes() for file in folder.glob("tiebeam.db*"))
            held = world.sandbox.state.plentific, world.sandbox.state.essensys
            records = json.dumps([records_of(one) for one in held])
            return Heard(outputs, records, store, log, collector.names())

    return asyncio.run(listen())


def records_of(data: Any) -> list[Any]:
    """All that a simulated provider holds of what its streams and reactions read."""
    if hasattr(data, "collection"):
        return [list(data.collection(path)) for path in ("account", "chargesheet", "calendar")]
    return [list(data.work_orders), list(data.invoices)]


async def live(world: World, port: int) -> dict[str, str]:
    """Run the process through a day of faults, ask it everything, and stop it."""
    state = world.sandbox.state
    outputs = {}
    async with tiebeam("--config", str(world.config), "run") as workers:
        await world.baselined()
        faults_everywhere(state)
        state.plentific.tokens.expire_all()
        state.essensys.tokens.expire_all()
        world.busy_day()
        await world.settled()
        await until(lambda: every_fault_applied(state), "every fault")

        what_cannot_be_read(state)
        rejection = json.dumps({"message": f"no such account: {SAID}", "account": SAID})
        state.faults.add("status", status=422, body=rejection, operation="put chargesheet")
        world.pay_new()
        await until(lambda: all_went_wrong(world), "a dead reaction and unreadable invoices")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http:
            outputs["metrics"] = (await http.get("/metrics")).text
            outputs["ready"] = (await http.get("/health/ready")).text
        for name, command in COMMANDS.items():
            asked = await asyncio.to_thread(command_line, "--config", str(world.config), *command)
            outputs[name] = asked.out + asked.err
        assert await workers.stopped() == 0, workers.err
    return outputs | {"stdout": workers.out, "stderr": workers.err}


async def every_fault_applied(state: SandboxState) -> bool:
    return all(fault.applied for fault in state.faults.active)


def what_cannot_be_read(state: SandboxState) -> None:
    """Invoices that do not fit their models, with people where they do not belong."""
    for wrong in ({"total_tax": SAID}, {"items": SAID}, {"total_tax": None}):
        invoice = create_invoice(state.plentific, state.now(), {"contact": SAID})
        invoice.update(wrong)


async def all_went_wrong(world: World) -> bool:
    look = (await world.looks())["plentific/invoices"]
    async with world.store.read() as tx:
        dead = await inbox.find(tx, states=["dead"])
    return bool(dead) and look.unusable > 1


# --- the searches ---------------------------------------------------------------------------------


def test_the_providers_are_full_of_people(heard: Heard) -> None:
    served = (*PEOPLE, *OF_THE_SEED)
    unserved = [word for word in served if word not in heard.records]
    assert unserved == [essensys.USERNAME]  # which is in the configuration


def test_everything_that_is_searched_was_heard(heard: Heard) -> None:
    silent = [place for place, text in heard.outputs.items() if not text.strip()]
    assert silent == ["stdout"]  # all that the workers say is log
    assert "PUT put_chargesheet" in heard.spans
    assert "detect plentific.invoice" in heard.spans
    assert "tiebeam_api_calls_total" in heard.outputs["metrics"]
    assert "plentific.invoice.paid" in heard.outputs["topics"]
    assert "dead" in heard.outputs["reactions show (dead)"]
    assert "done, known by its answer" in heard.outputs["reactions show (done)"]
    assert '"state": "done"' in heard.outputs["reactions show --json (done)"]


def test_no_secret_is_in_any_output(heard: Heard) -> None:
    assert heard.found(SECRETS) == []


def test_no_personal_data_is_in_any_output(heard: Heard) -> None:
    assert heard.found((*PEOPLE, *OF_THE_SEED)) == []


def test_no_secret_is_in_the_store(heard: Heard) -> None:
    assert [secret for secret in SECRETS if secret.encode() in heard.store] == []


def test_every_line_of_the_log_is_a_json_object_with_time_level_and_logger(heard: Heard) -> None:
    assert len(heard.log) > 20
    for line in heard.log:
        assert TIME.fullmatch(line["time"])
        assert line["level"] in ("debug", "info", "warning", "error", "critical")
        assert line["message"]
        assert line["logger"]


def test_a_log_line_within_a_span_has_its_trace(heard: Heard) -> None:
    within = [
        line
        for line in heard.log
        if line["message"] in ("reaction ended", "detail not read", "baseline recorded")
    ]
    assert {line["message"] for line in within} == {
        "reaction ended",
        "detail not read",
        "baseline recorded",
    }
    for line in within:
        assert re.fullmatch("[0-9a-f]{32}", line["trace_id"])
        assert re.fullmatch("[0-9a-f]{16}", line["span_id"])


def test_the_log_tells_what_went_wrong(heard: Heard) -> None:
    # a look meets the refused sign-in or an attempt does: whoever comes first
    told_of = " ".join(f"{line.get('why')} {line.get('reason')}" for line in heard.log)
    assert "plentific: create_token: Internal Server Error" in told_of
    assert "(500); try again later" in told_of
    reasons = [line["reason"] for line in heard.log if line["message"] == "reaction ended"]
    assert any(reason and "it may have happened" in reason for reason in reasons)
    assert any(reason and "(422)" in reason for reason in reasons)
