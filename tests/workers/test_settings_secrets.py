"""Secrets: they may stand elsewhere, and show nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.workers.configuration import OPERATE, PLENTIFIC, SECRET, Write, problem
from workers.settings import PlentificConnection, load


def test_a_secret_may_stand_in_a_variable(write: Write) -> None:
    path = write(PLENTIFIC.replace('"tr0ub4dor&3"', '"env:PLENTIFIC_SECRET"'))

    plentific = load(path, {"PLENTIFIC_SECRET": SECRET}).connections["plentific"]

    assert isinstance(plentific, PlentificConnection)
    assert plentific.client_secret.get_secret_value() == SECRET


def test_a_secret_may_stand_in_a_file(write: Write, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    path = write(PLENTIFIC.replace('"tr0ub4dor&3"', f'"file:{secret}"'))

    plentific = load(path, {}).connections["plentific"]

    assert isinstance(plentific, PlentificConnection)
    assert plentific.client_secret.get_secret_value() == SECRET


@pytest.mark.parametrize("environ", [{}, {"PLENTIFIC_SECRET": ""}])
def test_a_secret_whose_variable_is_not_set_is_told(
    write: Write, environ: Mapping[str, str]
) -> None:
    path = write(PLENTIFIC.replace('"tr0ub4dor&3"', '"env:PLENTIFIC_SECRET"'))

    assert problem(path, environ) == (
        "connections.plentific.client_secret: environment variable PLENTIFIC_SECRET is not set"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot read {path}: No such file or directory"),
        (b"\n", "must not be empty"),
        (b"\xff\xfe", "cannot read {path}: it is not UTF-8 text"),
    ],
)
def test_a_secret_whose_file_cannot_be_used_is_told(
    write: Write, tmp_path: Path, content: bytes | None, reason: str
) -> None:
    secret = tmp_path / "secret"
    if content is not None:
        secret.write_bytes(content)
    path = write(PLENTIFIC.replace('"tr0ub4dor&3"', f'"file:{secret}"'))

    line = problem(path)

    assert line == f"connections.plentific.client_secret: {reason.format(path=secret)}"


def test_no_secret_shows_in_what_settings_print(write: Write) -> None:
    text = (
        '[kafka]\nsasl_password = "tr0ub4dor&3"\n[store]\nurl = "postgresql://u:tr0ub4dor&3@h/d"\n'
    )
    webhook = 'webhook_secret = "env:HOOK"\n'
    settings = load(write(text + PLENTIFIC + webhook + OPERATE), {"HOOK": SECRET})

    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert SECRET not in shown


def test_no_secret_shows_in_what_went_wrong_with_it(write: Write) -> None:
    for broken in ('["tr0ub4dor&3"]', '{ value = "tr0ub4dor&3" }'):
        path = write(PLENTIFIC.replace('"tr0ub4dor&3"', broken))
        assert problem(path) == (
            "connections.plentific.client_secret: Input should be a valid string"
        )
