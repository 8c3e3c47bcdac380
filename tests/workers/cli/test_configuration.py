"""A configuration that cannot be used ends every command with code 2 and one line that says why."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import tiebeam
from tests.workers.cli.conftest import SECRET, Refused, Shell

COMMANDS = {
    "run": ("run",),
    "run poll": ("run", "poll"),
    "check": ("check",),
    "status": ("status",),
    "status --json": ("status", "--json"),
    "topics apply": ("topics", "apply"),
    "topics list": ("topics", "list"),
    "reactions list": ("reactions", "list"),
    "reactions show": ("reactions", "show", "1"),
    "reactions retry": ("reactions", "retry", "1"),
    "store upgrade": ("store", "upgrade"),
}

# what is wrong: (what to replace, by what, what the line must say)
WRONG = {
    "an unknown table": ("[kafka]", "[kafak]\n[kafka]", "kafak: unknown key"),
    "an unknown key": (
        "bootstrap_servers",
        'boostrap_servers = "x"\nbootstrap_servers',
        "kafka.boostrap_servers: unknown key",
    ),
    "an unknown key of a connection": (
        'client_id = "a-client"',
        'client_id = "a-client"\ncolour = "red"',
        "connections.plentific.colour: unknown key",
    ),
    "an unknown key of a reaction": (
        'mode = "live"',
        'mode = "live"\nspeed = 3',
        "reactions.recharge-paid-invoice.speed: unknown key",
    ),
    "a missing secret": (
        f'client_secret = "{SECRET}"\nlimits',
        "limits",
        "connections.plentific.client_secret: is missing",
    ),
    "a variable that is not set": (
        f'client_secret = "{SECRET}"',
        'client_secret = "env:NOBODY_SETS_THIS"',
        "client_secret: environment variable NOBODY_SETS_THIS is not set",
    ),
    "a secret's file that is not there": (
        f'client_secret = "{SECRET}"',
        'client_secret = "file:/nowhere/secret"',
        "client_secret: cannot read /nowhere/secret: No such file or directory",
    ),
    "a number for a secret": (
        f'client_secret = "{SECRET}"',
        "client_secret = 12345678",
        "connections.plentific.client_secret: ",
    ),
    "a text for a number": ("ops_port = 0", 'ops_port = "high"', "http.ops_port: "),
    "a number out of range": ("ops_port = 0", "ops_port = 70000", "http.ops_port: "),
    "a duration without unit": ('timeout = "2s"', "timeout = 2", "limits.timeout: "),
    "an unknown provider": (
        'provider = "essensys"',
        'provider = "esensys"',
        "connections.operate: ",
    ),
    "a base URL without http": (
        'base_url = "http://127.0.0.1:9/plentific"',
        'base_url = "ftp://127.0.0.1"',
        "connections.plentific.base_url: ",
    ),
    "a base URL with a password": (
        'base_url = "http://127.0.0.1:9/plentific"',
        f'base_url = "http://me:{SECRET}@127.0.0.1:9"',
        "connections.plentific.base_url: ",
    ),
    "a time zone that does not exist": (
        'client_id = "a-client"',
        'client_id = "a-client"\ntimezone = "Europe/Lundon"',
        "connections.plentific.timezone: ",
    ),
    "a stream that does not exist": (
        "[connections.operate]",
        '[connections.plentific.streams.invoizes]\nevery = "1s"\n[connections.operate]',
        "connections.plentific.streams.invoizes: no such stream; there are: bookings, "
        "completion-reports, invoices, outstanding-issues, quotes, work-orders",
    ),
    "a reaction that does not exist": (
        "[reactions.recharge-paid-invoice]",
        "[reactions.recharge-unpaid-invoice]",
        "reactions.recharge-unpaid-invoice: no such reaction; there are: recharge-paid-invoice",
    ),
    "a reaction from a connection that does not exist": (
        'from = "plentific"',
        'from = "plentifull"',
        "reactions.recharge-paid-invoice.from: there is no connection 'plentifull'",
    ),
    "a reaction to the wrong provider": (
        'to = "operate"',
        'to = "plentific"',
        "reactions.recharge-paid-invoice.to: 'plentific' is plentific, but must be essensys",
    ),
    "a mode that does not exist": (
        'mode = "live"',
        'mode = "alive"',
        "reactions.recharge-paid-invoice.mode: ",
    ),
    "a lease shorter than a call": (
        "[http]",
        '[react]\nlease = "3s"\n[http]',
        "react.lease: must be at least twice connections.plentific.limits.timeout",
    ),
    "a store of another kind": (
        'url = "sqlite:///DATABASE"',
        f'url = "mysql://me:{SECRET}@host/name"',
        "store.url knows sqlite:/// and postgresql://, not mysql://",
    ),
    "a store whose URL is none": (
        'url = "sqlite:///DATABASE"',
        f'url = "{SECRET}"',
        "store.url is not a URL",
    ),
    "a login to Kafka that is half": (
        "[store]",
        'security_protocol = "SASL_PLAINTEXT"\nsasl_mechanism = "PLAIN"\n[store]',
        "kafka: sasl_username is missing: PLAIN needs it",
    ),
    "a login to Kafka without a protocol for it": (
        "[store]",
        f'sasl_password = "{SECRET}"\n[store]',
        "kafka: sasl_password has no effect with security_protocol PLAINTEXT: use SASL_SSL",
    ),
    "a login to Kafka by token without a place where tokens come from": (
        "[store]",
        'security_protocol = "SASL_SSL"\nsasl_mechanism = "OAUTHBEARER"\n[store]',
        "kafka: sasl_oauth_token_url is missing: OAUTHBEARER needs it",
    ),
    "a place where tokens come from that is no URL": (
        "[store]",
        'sasl_oauth_token_url = "idp:8080"\n[store]',
        "kafka.sasl_oauth_token_url: write a URL such as",
    ),
    "a key without a certificate": (
        "[store]",
        f'security_protocol = "SSL"\nssl_password = "{SECRET}"\n[store]',
        "kafka: ssl_password has no effect without ssl_certfile",
    ),
    "more copies asked for than there are": (
        "[store]",
        "min_insync_replicas = 2\n[store]",
        "kafka: min_insync_replicas is more than the replication_factor",
    ),
    "certificates that are not there": (
        "[store]",
        'security_protocol = "SSL"\nssl_cafile = "/nowhere/ca.pem"\n[store]',
        "kafka: the TLS files cannot be read (/nowhere/ca.pem)",
    ),
    "no servers": ('"127.0.0.1:9"\n[store]', '""\n[store]', "kafka: bootstrap_servers is empty"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_by_file_key_and_reason(
    shell: Shell, one_line: Refused, wrong: tuple[str, str, str]
) -> None:
    old, new, reason = wrong
    shell.change(old.replace("DATABASE", str(shell.database)), new)
    line = one_line(shell.tiebeam("check"), 2)
    assert line.startswith(f"{shell.config}: ")
    assert reason in line


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_no_command_begins_with_a_wrong_configuration(
    shell: Shell, one_line: Refused, command: tuple[str, ...]
) -> None:
    shell.change("[kafka]", "[kafak]\n[kafka]")
    done = shell.tiebeam(*command)
    assert one_line(done, 2) == f"{shell.config}: kafak: unknown key"
    assert done.out == ""
    assert not shell.database.exists()


def test_a_missing_file_is_named_with_the_ways_to_name_another(
    tmp_path: Path, one_line: Refused
) -> None:
    line = one_line(tiebeam("--config", str(tmp_path / "nowhere.toml"), "status"), 2)
    assert line == (
        f"{tmp_path}/nowhere.toml: no such file; name one with --config or TIEBEAM_CONFIG"
    )


def test_the_file_can_be_named_by_a_variable(tmp_path: Path, one_line: Refused) -> None:
    line = one_line(tiebeam("status", TIEBEAM_CONFIG=str(tmp_path / "other.toml")), 2)
    assert line.startswith(f"{tmp_path}/other.toml: no such file")


def test_a_file_that_is_no_toml_is_named_by_its_line_and_shows_no_value(
    shell: Shell, one_line: Refused
) -> None:
    shell.write(f'[connections.plentific]\nclient_secret = "{SECRET}')
    assert one_line(shell.tiebeam("status"), 2).startswith(f"{shell.config}: not valid TOML: ")


@pytest.mark.parametrize("kind", ["a folder", "bytes"])
def test_a_file_that_cannot_be_read_as_text_is_named(
    shell: Shell, one_line: Refused, kind: str
) -> None:
    shell.config.unlink()
    if kind == "a folder":
        shell.config.mkdir()
    else:
        shell.config.write_bytes(b"\xff\xfe\x00")
    assert one_line(shell.tiebeam("status"), 2).startswith(f"{shell.config}: cannot be read: ")


def test_a_wrong_value_in_a_variable_names_the_variable(shell: Shell, one_line: Refused) -> None:
    line = one_line(shell.tiebeam("status", TIEBEAM_KAFKA__PARTITIONS="many"), 2)
    assert line.startswith("TIEBEAM_KAFKA__PARTITIONS: kafka.partitions: ")


def test_debug_shows_the_traceback_before_the_same_line_and_code(
    shell: Shell, one_line: Refused
) -> None:
    shell.change("[kafka]", "[kafak]\n[kafka]")
    line = one_line(shell.tiebeam("status"), 2)
    debugged = tiebeam("--debug", "--config", str(shell.config), "status")
    assert debugged.code == 2
    assert debugged.err.startswith("Traceback (most recent call last):")
    assert debugged.err.endswith(f"tiebeam: {line}\n")
    assert SECRET not in debugged.err


@pytest.mark.slow
def test_the_installed_command_ends_the_same_way(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("tiebeam")), "--config", "nowhere.toml", "run"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "tiebeam: nowhere.toml: no such file; name one with --config or TIEBEAM_CONFIG\n"
    )
