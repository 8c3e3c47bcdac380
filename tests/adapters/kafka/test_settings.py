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
    shown = repr(KafkaSettings(**SASL, ssl_password="geheim"))

    assert "hunter2" not in shown
    assert "geheim" not in shown
    assert "sasl_password='***'" in shown
    assert "sasl_username='tiebeam'" in shown


def test_an_absent_password_is_shown_as_absent() -> None:
    assert "sasl_password=None" in repr(KafkaSettings())


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"bootstrap_servers": " "}, "bootstrap_servers is empty"),
        ({"security_protocol": "TLS"}, "security_protocol is 'TLS': use one of PLAINTEXT, SSL"),
        ({**SASL, "sasl_mechanism": "GSSAPI"}, "sasl_mechanism is 'GSSAPI': use one of PLAIN"),
        ({**SASL, "sasl_password": None}, "SASL_SSL needs both sasl_username and sasl_password"),
        ({"sasl_password": "x"}, "sasl_.* has no effect with security_protocol PLAINTEXT"),
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
