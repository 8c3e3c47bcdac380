"""Settings: what a file may hold, and what is wrong with it in one readable line."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.workers.configuration import OPERATE, PLENTIFIC, RECHARGE, SECRET, Write, problem
from workers.setting_values import parse_duration
from workers.settings import EssensysConnection, PlentificConnection, Settings, load

# --- what can be read -------------------------------------------------------------------------


def test_an_empty_file_is_a_configuration(write: Write) -> None:
    settings = load(write(""), {})

    assert settings == Settings()
    assert settings.kafka.bootstrap_servers == "localhost:9092"
    assert settings.store.url.get_secret_value() == "sqlite:///tiebeam.db"
    assert (settings.http.ops_port, settings.http.webhook_port) == (8080, 8081)
    assert settings.telemetry.otlp_endpoint is None


def test_every_table_of_the_design_can_be_read(write: Write) -> None:
    text = """
[kafka]
bootstrap_servers = "a:9092,b:9092"
topic_prefix = "test."
partitions = 3
replication_factor = 2
[store]
url = "postgresql://user:tr0ub4dor&3@host/db"
[telemetry]
otlp_endpoint = "http://localhost:4318"
[http]
host = "127.0.0.1"
ops_port = 0
webhook_port = 65535
"""
    stream = '[connections.plentific.streams.invoices]\nevery = "90s"\nlargest_removal = 0.2\n'
    stream += "largest_arrival = 0.3\n"

    settings = load(write(text + PLENTIFIC + stream + OPERATE + RECHARGE), {})

    assert (settings.kafka.partitions, settings.kafka.topic_prefix) == (3, "test.")
    plentific, operate = settings.connections["plentific"], settings.connections["operate"]
    assert isinstance(plentific, PlentificConnection)
    assert isinstance(operate, EssensysConnection)
    assert plentific.client_secret.get_secret_value() == SECRET
    assert (plentific.currency, plentific.timezone) == ("GBP", "Europe/London")
    assert plentific.streams["invoices"].every == timedelta(seconds=90)
    assert plentific.streams["invoices"].sweep_every is None
    assert plentific.streams["invoices"].largest_removal == 0.2
    assert plentific.streams["invoices"].largest_arrival == 0.3
    assert plentific.limits.requests_per_second == 10
    assert settings.reactions["recharge-paid-invoice"]["from"] == "plentific"


def test_several_connections_of_one_provider_are_allowed(write: Write) -> None:
    second = PLENTIFIC.replace("connections.plentific", "connections.the-other_1")

    assert load(write(PLENTIFIC + second), {}).connections.keys() == {"plentific", "the-other_1"}


def test_decimals_keep_their_digits(write: Write) -> None:
    text = PLENTIFIC + "limits = { requests_per_second = 0.5 }\n[reactions.r]\nx = 17.50\n"

    settings = load(write(text), {})

    assert settings.connections["plentific"].limits.requests_per_second == 0.5
    assert settings.reactions["r"]["x"] == Decimal("17.50")
    assert str(settings.reactions["r"]["x"]) == "17.50"


def test_settings_cannot_be_changed(write: Write) -> None:
    settings = load(write(""), {})

    with pytest.raises(ValidationError, match="frozen"):
        settings.kafka.partitions = 1  # type: ignore[misc]


# --- durations --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("60s", 60), ("5m", 300), ("1h", 3600), ("2d", 172_800), (" 1.5 h ", 5400)],
)
def test_durations_have_a_unit(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("value", ['"60"', "60", "1.5", "true", '"1w"', '"-1s"', '"PT5M"', '""'])
def test_what_is_no_duration_is_refused(write: Write, value: str) -> None:
    assert problem(write(f"[poll]\nlease = {value}\n")) == (
        'poll.lease: write a duration as "500ms", "60s", "5m", "1h" or "2d"'
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("0s", "must be longer than nothing"),
        ("0.0000001ms", "must be longer than nothing"),
        ("99999999999999d", "is longer than anybody can wait"),
        (f"1{'0' * 400}s", "is longer than anybody can wait"),
    ],
)
def test_a_duration_must_be_one_that_can_be_waited_for(
    write: Write, value: str, reason: str
) -> None:
    assert problem(write(f'[poll]\nlease = "{value}"\n')) == f"poll.lease: {reason}"


def test_what_we_did_is_kept_for_ever_unless_a_duration_is_given(write: Write) -> None:
    def kept(text: str) -> timedelta | None:
        return load(write(f"[kafka]\n{text}\n"), {}).kafka.audit_retention

    assert kept("") is None
    assert kept('audit_retention = "forever"') is None
    assert kept('audit_retention = "730d"') == timedelta(days=730)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("never", 'write a duration as "500ms", "60s", "5m", "1h" or "2d", or "forever"'),
        ("0d", 'must be longer than nothing, or "forever"'),
    ],
)
def test_what_is_neither_a_duration_nor_for_ever_is_refused(
    write: Write, value: str, reason: str
) -> None:
    found = problem(write(f'[kafka]\naudit_retention = "{value}"\n'))

    assert found == f"kafka.audit_retention: {reason}"


# --- bad values -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[kafka]\nbroker = 'x'\n", "kafka.broker: unknown key"),
        ("[kafca]\n", "kafca: unknown key"),
        ("kafka = 5\n", "kafka: Input should be a valid dictionary or instance of KafkaSection"),
        (
            "[kafka]\nbootstrap_servers = 9092\n",
            "kafka.bootstrap_servers: Input should be a valid string",
        ),
        (
            "[kafka]\npartitions = 'many'\n",
            "kafka.partitions: Input should be a valid integer, "
            "unable to parse string as an integer",
        ),
        ("[kafka]\npartitions = true\n", "kafka.partitions: must be a number"),
        (
            "[kafka]\npartitions = 0\n",
            "kafka.partitions: Input should be greater than or equal to 1",
        ),
        (
            "[http]\nops_port = 65536\n",
            "http.ops_port: Input should be less than or equal to 65535",
        ),
        (
            "[telemetry]\nlog_level = 'loud'\n",
            "telemetry.log_level: Input should be 'debug', 'info', 'warning' or 'error'",
        ),
        (
            "[telemetry]\notlp_endpoint = 'localhost:4318'\n",
            'telemetry.otlp_endpoint: write a URL such as "https://api.example.com"',
        ),
        ("[connections]\np = 5\n", "connections.p: Input should be a valid dictionary"),
        (
            "[connections.p]\n",
            'connections.p: needs provider = "plentific", "essensys", "facilitee" or "planiso"',
        ),
        (
            "[connections.p]\nprovider = 'fax'\n",
            'connections.p: provider must be "plentific", "essensys", "facilitee" or "planiso"',
        ),
        ("[reactions]\nr = 5\n", "reactions.r: Input should be a valid dictionary"),
        (
            "[kafka]\nbroker = 'x'\npartitions = 0\n[store]\nfile = 'x'\n",
            "kafka.partitions: Input should be greater than or equal to 1 (and 2 more)",
        ),
    ],
)
def test_a_bad_value_is_told_with_its_key_and_the_reason(
    write: Write, text: str, line: str
) -> None:
    assert problem(write(text)).startswith(line)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("client_secret", "client_secrets", "client_secret: is missing (and 1 more)"),
        ('client_id = "id"', "", "client_id: is missing"),
        ('"id"', "5", "client_id: Input should be a valid string"),
        ('"id"', '""', "client_id: must not be empty"),
        ("https", "ftp", 'base_url: write a URL such as "https://api.example.com"'),
        ("https://", "", 'base_url: write a URL such as "https://api.example.com"'),
        (
            "https://",
            "https://user:tr0ub4dor&3@",
            "base_url: must not hold a user name or password",
        ),
        ("https://", "https://[::1/", "base_url: Invalid IPv6 URL"),
    ],
)
def test_a_bad_value_of_a_connection_is_told_with_its_key(
    write: Write, old: str, new: str, line: str
) -> None:
    assert old in PLENTIFIC
    path = write(PLENTIFIC.replace(old, new, 1))

    assert problem(path) == f"connections.plentific.{line}"


@pytest.mark.parametrize(
    ("extra", "line"),
    [
        ('colour = "red"', "colour: unknown key"),
        ('password = "x"', "password: unknown key"),  # essensys has one
        ('currency = "pounds"', "currency: String should match pattern '^[A-Z]{3}$'"),
        ('timezone = "Mars"', "timezone: 'Mars' is not a time zone such as Europe/London"),
        ('timezone = "Europe"', "timezone: 'Europe' is not a time zone such as Europe/London"),
        ('timezone = ""', "timezone: '' is not a time zone such as Europe/London"),
        (
            "limits = { max_in_flight = 0 }",
            "limits.max_in_flight: Input should be greater than or equal to 1",
        ),
        (
            "limits = { requests_per_second = 0 }",
            "limits.requests_per_second: Input should be greater than 0",
        ),
        ("limits = { requests_per_second = true }", "limits.requests_per_second: must be a number"),
        ("limits = { burst = 5 }", "limits.burst: unknown key"),
        ('streams.invoices.each = "5m"', "streams.invoices.each: unknown key"),
        (
            "streams.invoices.every = 60",
            'streams.invoices.every: write a duration as "500ms", "60s", "5m", "1h" or "2d"',
        ),
        (
            "streams.invoices.largest_removal = 5",
            "streams.invoices.largest_removal: Input should be less than or equal to 1",
        ),
        (
            "streams.invoices.largest_arrival = -1",
            "streams.invoices.largest_arrival: Input should be greater than or equal to 0",
        ),
    ],
)
def test_a_bad_option_of_a_connection_is_told_with_its_key(
    write: Write, extra: str, line: str
) -> None:
    assert problem(write(PLENTIFIC + extra)) == f"connections.plentific.{line}"


def test_a_key_with_a_line_break_is_still_told_in_one_line(write: Write) -> None:
    assert problem(write('[kafka]\n"a\\nb" = 1\n')) == "kafka.a b: unknown key"


# --- the file ---------------------------------------------------------------------------------


def test_a_missing_file_says_how_to_name_one(tmp_path: Path) -> None:
    line = problem(tmp_path / "nowhere.toml")

    assert line == "no such file; name one with --config or TIEBEAM_CONFIG"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert problem(tmp_path).startswith("cannot be read: ")


@pytest.mark.parametrize("text", ["[kafka", 'a = "tr0ub4dor&3', "a = 1\na = 2\n", "[x]\n[x]\n"])
def test_a_file_that_is_not_toml_is_told_with_its_line(write: Write, text: str) -> None:
    assert problem(write(text)).startswith("not valid TOML: ")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tiebeam.toml"
    path.write_bytes(b'a = "\xff"')

    assert problem(path).startswith("cannot be read: ")


def test_the_file_may_be_named_by_a_variable(write: Write) -> None:
    path = write("[kafka]\npartitions = 7\n", "other.toml")

    assert load(None, {"TIEBEAM_CONFIG": str(path)}).kafka.partitions == 7


def test_a_file_that_is_named_goes_before_the_variable(write: Write) -> None:
    named, other = write("[kafka]\npartitions = 7\n", "a.toml"), write("nonsense", "b.toml")

    assert load(named, {"TIEBEAM_CONFIG": str(other)}).kafka.partitions == 7


def test_the_file_is_called_tiebeam_toml_unless_told_otherwise(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write("[kafka]\npartitions = 7\n").parent)

    assert load(None, {}).kafka.partitions == 7


def test_the_environment_is_the_processs_own_unless_another_is_given(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIEBEAM_KAFKA__PARTITIONS", "5")

    assert load(write("")).kafka.partitions == 5
