"""Overrides: variables go before the file, and are named when they are wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.workers.configuration import PLENTIFIC, RECHARGE, SECRET, Write, problem
from workers.settings import PlentificConnection, Settings, load


def test_a_variable_overrides_the_file(write: Write) -> None:
    path = write('[kafka]\nbootstrap_servers = "a:9092"\n')

    settings = load(path, {"TIEBEAM_KAFKA__BOOTSTRAP_SERVERS": "b:9092"})

    assert settings.kafka.bootstrap_servers == "b:9092"


def test_a_variable_may_give_what_the_file_does_not_have(write: Write) -> None:
    environ = {
        "TIEBEAM_CONNECTIONS__PLENTIFIC__PROVIDER": "plentific",
        "TIEBEAM_CONNECTIONS__PLENTIFIC__BASE_URL": "https://api.plentific.com/2021-10-28",
        "TIEBEAM_CONNECTIONS__PLENTIFIC__CLIENT_ID": "id",
        "TIEBEAM_CONNECTIONS__PLENTIFIC__CLIENT_SECRET": "env:ELSEWHERE",
        "TIEBEAM_CONNECTIONS__PLENTIFIC__LIMITS__MAX_IN_FLIGHT": "3",
        "TIEBEAM_CONNECTIONS__PLENTIFIC__STREAMS__WORK_ORDERS__EVERY": "5m",
        "TIEBEAM_REACTIONS__RECHARGE_PAID_INVOICE__MODE": "live",
        "ELSEWHERE": SECRET,
    }

    settings = load(write(""), environ)

    plentific = settings.connections["plentific"]
    assert isinstance(plentific, PlentificConnection)
    assert plentific.client_secret.get_secret_value() == SECRET
    assert plentific.limits.max_in_flight == 3
    assert plentific.streams["work-orders"].every == timedelta(minutes=5)
    assert settings.reactions == {"recharge-paid-invoice": {"mode": "live"}}


def test_a_variable_finds_names_with_dashes_and_capitals(write: Write) -> None:
    connection = PLENTIFIC.replace("connections.plentific", "connections.The-Repairs")
    environ = {
        "TIEBEAM_CONNECTIONS__THE_REPAIRS__CURRENCY": "EUR",
        "TIEBEAM_REACTIONS__RECHARGE_PAID_INVOICE__PRODUCT__LABOUR": "99",
    }

    settings = load(write(connection + RECHARGE), environ)

    assert settings.connections.keys() == {"The-Repairs"}
    assert settings.connections["The-Repairs"].currency == "EUR"
    assert settings.reactions["recharge-paid-invoice"]["product"] == {"LABOUR": "99"}


def test_a_variable_may_hold_a_whole_table(write: Write) -> None:
    environ = {
        "TIEBEAM_CONNECTIONS__PLENTIFIC__LIMITS": '{ max_in_flight = 3, timeout = "5s" }',
        "TIEBEAM_REACTIONS__RECHARGE_PAID_INVOICE__STATUSES": '["a", "b"]',
    }

    settings = load(write(PLENTIFIC), environ)

    assert settings.connections["plentific"].limits.timeout == timedelta(seconds=5)
    assert settings.reactions["recharge-paid-invoice"]["statuses"] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        (
            "TIEBEAM_KAFKA__PARTITIONS",
            "many",
            "kafka.partitions: Input should be a valid integer, "
            "unable to parse string as an integer",
        ),
        ("TIEBEAM_KAFKA__BROKER", "x", "kafka.broker: unknown key"),
        ("TIEBEAM_KAFCA__PARTITIONS", "3", "kafca: unknown key"),
        (
            "TIEBEAM_CONNECTIONS__PLENTIFIC__LIMITS",
            "{ max_in_flight = 0 }",
            "connections.plentific.limits.max_in_flight: "
            "Input should be greater than or equal to 1",
        ),
        (
            "TIEBEAM_CONNECTIONS__PLENTIFIC__CLIENT_SECRET",
            "env:NOWHERE",
            "connections.plentific.client_secret: environment variable NOWHERE is not set",
        ),
        ("TIEBEAM_CONNECTIONS__PLENTIFIC__LIMITS", "{ x", "not valid TOML: "),
        (
            "TIEBEAM_CONNECTIONS__PLENTIFIC__CLIENT_SECRET__X",
            "1",
            "connections.plentific.client_secret is a value, not a table",
        ),
    ],
)
def test_a_bad_value_of_a_variable_is_told_with_the_variable(
    write: Write, name: str, value: str, line: str
) -> None:
    assert problem(write(PLENTIFIC), {name: value}).startswith(f"{name}: {line}")


def test_what_the_file_lacks_is_not_blamed_on_a_variable(write: Write) -> None:
    environ = {"TIEBEAM_CONNECTIONS__PLENTIFIC__CURRENCY": "EUR"}
    path = write(PLENTIFIC.replace('client_id = "id"', ""))

    assert problem(path, environ) == "connections.plentific.client_id: is missing"
    path = write("[connections.plentific]\n")
    assert problem(path, environ).startswith("connections.plentific: needs provider")


def test_variables_of_other_programs_are_left_alone(write: Write) -> None:
    environ = {"KAFKA__PARTITIONS": "0", "TIEBEAM_VERSION": "3", "TIEBEAM": "x", "PATH": "/bin"}

    assert load(write(""), environ) == Settings()
