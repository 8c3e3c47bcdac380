from __future__ import annotations

import pytest

from tests.workers.configuration import OPERATE, PLENTIFIC, Write
from workers.settings import SettingsError, load
from workers.webhooks.endpoints import check_addresses, endpoints

SECRET = 'webhook_secret = "a-webhook-secret"\n'


def test_a_connection_with_a_secret_takes_webhooks_and_no_other(write: Write) -> None:
    another = PLENTIFIC.replace("connections.plentific", "connections.another")
    signed = PLENTIFIC + SECRET + 'webhook_signature_header = "X-Signed-By"\n'
    found = endpoints(load(write(signed + another + OPERATE), {}))

    assert list(found) == ["plentific"]
    assert (found["plentific"].secret, found["plentific"].header) == (
        b"a-webhook-secret",
        "x-signed-by",
    )
    assert "a-webhook-secret" not in repr(found)


@pytest.mark.parametrize(
    "address",
    [
        "https://hooks.example.com/webhooks/plentific",
        "http://hooks.example.com:8081/behind/a/proxy/webhooks/plentific",
    ],
)
def test_an_address_leads_to_the_connections_endpoint(write: Write, address: str) -> None:
    path = write(f'{PLENTIFIC}{SECRET}webhook_url = "{address}"\n')
    check_addresses(load(path, {}), path)


@pytest.mark.parametrize(
    "address",
    [
        "https://hooks.example.com/webhooks/another",
        "https://hooks.example.com/webhooks/plentific/",
        "https://hooks.example.com/webhooks/plentific?at=night",
        "https://hooks.example.com",
    ],
)
def test_an_address_that_leads_elsewhere_is_refused(write: Write, address: str) -> None:
    path = write(f'{PLENTIFIC}{SECRET}webhook_url = "{address}"\n')
    with pytest.raises(SettingsError) as caught:
        check_addresses(load(path, {}), path)
    assert str(caught.value) == (
        f"{path}: connections.plentific.webhook_url: must end in /webhooks/plentific"
    )


def test_an_address_without_a_secret_is_refused(write: Write) -> None:
    address = "https://hooks.example.com/webhooks/plentific"
    path = write(f'{PLENTIFIC}webhook_url = "{address}"\n')
    with pytest.raises(SettingsError, match=r"connections\.plentific\.webhook_secret: is missing"):
        check_addresses(load(path, {}), path)
