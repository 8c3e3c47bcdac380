"""The configuration turns reactions on; what does not fit stops the start with file and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.workers.react.invoices import PLACE, SETTINGS
from workers.react.reaction import answering
from workers.react.reactions.recharge_paid_invoice import NAME
from workers.react.registry import REACTIONS, configured
from workers.settings import Settings, SettingsError

FILE = Path("tiebeam.toml")
SECRETS = {"client_id": "id", "client_secret": "secret"}
CONNECTIONS = {
    "plentific": {"provider": "plentific", "base_url": "https://plentific.test", **SECRETS},
    "operate": {
        "provider": "essensys",
        "base_url": "https://operate.test",
        **SECRETS,
        "username": "user",
        "password": "password",
    },
}


def built(**tables: dict[str, Any]) -> Any:
    settings = Settings.model_validate({"connections": CONNECTIONS, "reactions": tables})
    return configured(settings, {"operate": PLACE, "plentific": PLACE}, FILE)


def test_every_reaction_is_known_by_its_own_name() -> None:
    assert all(name == reaction.name for name, reaction in REACTIONS.items())


def test_a_configured_reaction_answers_its_own_connections_events() -> None:
    reactions = built(**{NAME: SETTINGS})

    answers = answering(reactions, "plentific.invoice.paid", "/plentific/plentific")
    assert [one.reaction.name for one in answers] == [NAME]
    assert answering(reactions, "plentific.invoice.paid", "/plentific/another") == []
    assert answering(reactions, "plentific.invoice.overdue", "/plentific/plentific") == []


def test_a_reaction_is_a_dry_run_unless_told_otherwise() -> None:
    table = {name: value for name, value in SETTINGS.items() if name != "mode"}

    assert built(**{NAME: table})[NAME].settings.mode == "dry-run"


def test_a_reaction_that_is_off_answers_nothing() -> None:
    reactions = built(**{NAME: SETTINGS | {"mode": "off"}})

    assert answering(reactions, "plentific.invoice.paid", "/plentific/plentific") == []


@pytest.mark.parametrize(
    ("name", "changes", "complaint"),
    [
        ("recharge-everything", {}, f"no such reaction; there are: {', '.join(REACTIONS)}"),
        (NAME, {"from": "operate"}, ".from: 'operate' is essensys, but must be plentific"),
        (NAME, {"to": "elsewhere"}, ".to: there is no connection 'elsewhere'"),
        (NAME, {"mode": "alive"}, ".mode: Input should be 'off', 'dry-run' or 'live'"),
        (NAME, {"lines": "some"}, ".lines: Input should be 'rechargeable' or 'all'"),
        (NAME, {"acount": {}}, ".acount: unknown key"),
        (NAME, {"account": {}}, ": account or account_file is needed"),
        (NAME, {"product": {"LABOUR": 73}}, ".product.LABOUR: Input should be a valid string"),
        (
            NAME,
            {"tax": {"20%": "5"}},
            '.tax: keys are VAT rates in percent, such as "20" or "17.5"',
        ),
        (
            NAME,
            {"tax": {"NaN": "5"}},
            '.tax: keys are VAT rates in percent, such as "20" or "17.5"',
        ),
        (NAME, {"tax": {"20": "5", "20.0": "6"}}, ".tax: the VAT rate 20 stands there twice"),
        (NAME, {"account_file": "no.csv"}, ": cannot read no.csv: No such file or directory"),
    ],
)
def test_what_does_not_fit_is_told_on_one_line(
    name: str, changes: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(SettingsError) as problem:
        built(**{name: SETTINGS | changes})

    assert str(problem.value).startswith(f"{FILE}: reactions.{name}")
    assert str(problem.value).endswith(complaint)
    assert "\n" not in str(problem.value)
