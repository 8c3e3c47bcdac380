"""The committed AsyncAPI document: of today, valid by the specification and the official parser."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from events import asyncapi
from events.asyncapi import Deployment
from events.catalogue import EVENT_TYPES, all_topics
from tests.paths import ROOT
from workers.cli.schemas import ASYNCAPI

HERE = Path(__file__).parent
PARSER = HERE / "parser"
FETCHED = ROOT / ".cache" / "asyncapi-parser"
HINT = 2
"""The parser's severities from this on are advice: such as that there is a newer AsyncAPI."""


@functools.cache
def specification() -> Draft7Validator:
    schema = json.loads((HERE / "asyncapi-3.0.0.schema.json").read_text(encoding="utf-8"))
    return Draft7Validator(schema)


def test_the_committed_document_tells_of_the_events_of_today() -> None:
    assert ASYNCAPI.read_text(encoding="utf-8") == asyncapi.text(), "run make schemas"


def test_the_committed_document_fits_the_specification() -> None:
    told = json.loads(ASYNCAPI.read_text(encoding="utf-8"))

    assert [fault.json_path for fault in specification().iter_errors(told)] == []


def test_the_document_of_a_deployment_fits_it_too() -> None:
    login = {"host": "kafka:9093", "protocol": "kafka-secure", "security": [{"type": "plain"}]}
    told = asyncapi.document(Deployment("live.", 12, 3, {"bootstrap-1": login}))

    assert [fault.json_path for fault in specification().iter_errors(told)] == []


def test_the_specification_would_not_take_just_anything() -> None:
    told = asyncapi.document()
    told["channels"]["plentific.invoices"]["bindings"]["kafka"]["partitions"] = "twelve"

    (fault,) = specification().iter_errors(told)
    assert fault.json_path == "$.channels['plentific.invoices']"


@functools.cache
def _why_no_parser() -> str | None:
    """Fetch the official parser where it is not there yet; say why it cannot be had."""
    npm = shutil.which("npm")
    if shutil.which("node") is None or npm is None:
        return "node and npm are missing"
    if _is_fetched():
        return None
    partial = FETCHED.with_name(f"{FETCHED.name}.partial-{os.getpid()}")
    shutil.copytree(PARSER, partial, dirs_exist_ok=True)
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=partial,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0 and not _is_fetched():
        shutil.rmtree(FETCHED, ignore_errors=True)
        partial.rename(FETCHED)
    shutil.rmtree(partial, ignore_errors=True)
    return None if _is_fetched() else f"npm could not fetch the parser: {done.stderr[-200:]}"


def _is_fetched() -> bool:
    lock = FETCHED / "package-lock.json"
    complete = (FETCHED / "node_modules" / ".package-lock.json").exists()
    return complete and lock.read_bytes() == (PARSER / "package-lock.json").read_bytes()


def parsed(text: str) -> Any:
    """What the official parser says of a document."""
    if (reason := _why_no_parser()) is not None:
        pytest.skip(f"needs the official AsyncAPI parser: {reason}")
    done = subprocess.run(
        ["node", str(PARSER / "validate.mjs"), str(FETCHED)],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_the_official_parser_finds_every_topic_and_event_and_nothing_wrong() -> None:
    told = parsed(ASYNCAPI.read_text(encoding="utf-8"))

    assert [one for one in told["problems"] if one["severity"] < HINT] == []
    assert told["channels"] == all_topics()
    assert sorted(told["messages"]) == sorted(EVENT_TYPES)


@pytest.mark.slow
def test_the_official_parser_sees_a_message_that_is_nowhere() -> None:
    spoiled = json.loads(ASYNCAPI.read_text(encoding="utf-8"))
    del spoiled["components"]["messages"]["plentific.invoice.paid"]

    told = parsed(json.dumps(spoiled))

    (wrong,) = [one for one in told["problems"] if one["severity"] < HINT]
    assert wrong["path"].startswith("channels/plentific.invoices/messages/plentific.invoice.paid")
