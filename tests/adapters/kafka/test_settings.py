from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from adapters.kafka.settings import KafkaSettings

SASL: dict[str, Any] = {
    "security_protocol": "SASL_SSL",
    "sasl_mechanism": "SCRAM-SHA-512",
    "sasl_username": "tiebeam",
    "sasl_password": "hunter2",
}

TOKEN: dict[str, Any] = {
    "security_protocol": "SASL_SSL",
    "sasl_mechanism": "OAUTHBEARER",
    "sasl_oauth_token_url": "https://idp.example.com/token",
    "sasl_oauth_client_id": "tiebeam",
    "sasl_oauth_client_secret": "hunter3",
}


def test_the_defaults_connect_without_login_or_tls() -> None:
    assert KafkaSettings().client_options() == {
        "bootstrap_servers": "localhost:9092",
        "security_protocol": "PLAINTEXT",
    }


def test_a_login_over_tls_reaches_the_client() -> None:
    options = KafkaSettings("kafka:9093", **SASL).client_options()

    context = options.pop("ssl_context")
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert options == {
        "bootstrap_servers": "kafka:9093",
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "tiebeam",
        "sasl_plain_password": "hunter2",
    }


def test_passwords_are_masked_in_the_repr() -> None:
    shown = repr(KafkaSettings(**SASL, ssl_certfile="own.pem", ssl_password="geheim"))

    assert "hunter2" not in shown
    assert "geheim" not in shown
    assert "sasl_password='***'" in shown
    assert "sasl_username='tiebeam'" in shown


def test_all_clients_of_one_configuration_share_their_tokens() -> None:
    settings = KafkaSettings(**TOKEN)

    one, other = settings.client_options(), settings.client_options()

    assert one["sasl_mechanism"] == "OAUTHBEARER"
    assert one["sasl_oauth_token_provider"] is other["sasl_oauth_token_provider"]
    assert "hunter3" not in f"{settings} {one}"


def test_the_host_name_is_checked_unless_that_is_switched_off() -> None:
    strict = KafkaSettings(security_protocol="SSL").ssl_context()
    lenient = KafkaSettings(security_protocol="SSL", ssl_check_hostname=False).ssl_context()

    assert strict is not None
    assert lenient is not None
    assert (strict.check_hostname, lenient.check_hostname) == (True, False)
    assert lenient.verify_mode is ssl.CERT_REQUIRED


def test_an_absent_password_is_shown_as_absent() -> None:
    assert "sasl_password=None" in repr(KafkaSettings())


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"bootstrap_servers": " "}, "bootstrap_servers is empty"),
        ({"security_protocol": "TLS"}, "security_protocol is 'TLS': use one of PLAINTEXT, SSL"),
        ({**SASL, "sasl_mechanism": "GSSAPI"}, "sasl_mechanism is 'GSSAPI': use one of PLAIN"),
        ({**SASL, "sasl_mechanism": None}, "sasl_mechanism is missing: use one of PLAIN"),
        ({**SASL, "sasl_password": None}, "sasl_password is missing: SCRAM-SHA-512 needs it"),
        (
            {"sasl_password": "x"},
            "sasl_password has no effect with security_protocol PLAINTEXT: use SASL_SSL or SASL_",
        ),
        (
            {"ssl_cafile": "ca.pem"},
            "ssl_cafile has no effect with security_protocol PLAINTEXT: use SSL or SASL_SSL",
        ),
        (
            {"ssl_check_hostname": False},
            "ssl_check_hostname has no effect with security_protocol PLAINTEXT",
        ),
        (
            {"security_protocol": "SSL", "ssl_keyfile": "own.key"},
            "ssl_keyfile has no effect without ssl_certfile",
        ),
        (
            {**SASL, "sasl_mechanism": "OAUTHBEARER"},
            "sasl_oauth_token_url is missing: OAUTHBEARER needs it",
        ),
        (
            {**TOKEN, "sasl_username": "tiebeam"},
            "sasl_username has no effect with sasl_mechanism OAUTHBEARER",
        ),
        (
            {**SASL, "sasl_oauth_scope": "kafka"},
            "sasl_oauth_scope has no effect with sasl_mechanism SCRAM-SHA-512",
        ),
        ({"partitions": 0}, "partitions and replication_factor must be at least 1"),
    ],
)
def test_values_that_cannot_work_are_refused(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        KafkaSettings(**values)


def test_a_missing_certificate_file_is_named(tmp_path: Path) -> None:
    settings = KafkaSettings(security_protocol="SSL", ssl_cafile=str(tmp_path / "ca.pem"))

    with pytest.raises(ValueError, match=r"the TLS files cannot be read \(.*ca\.pem\)"):
        settings.client_options()
