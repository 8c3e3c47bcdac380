"""Which connections take webhooks, and the public address of each, from the settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from workers.settings import PlentificConnection, Settings, SettingsError
from workers.webhooks.receiver import PATH, Endpoint


def endpoints(settings: Settings) -> dict[str, Endpoint]:
    """What deliveries are checked by, for each connection that has a secret for them."""
    return {
        name: Endpoint(
            one.webhook_secret.get_secret_value().encode(), one.webhook_signature_header.lower()
        )
        for name, one in plentific(settings)
        if one.webhook_secret is not None
    }


def plentific(settings: Settings) -> Iterator[tuple[str, PlentificConnection]]:
    """The connections whose provider has webhooks."""
    for name, one in settings.connections.items():
        if isinstance(one, PlentificConnection):
            yield name, one


def check_addresses(settings: Settings, path: Path) -> None:
    """Refuse an address at which deliveries would not be taken.

    Raises:
        SettingsError: It does not lead to the connection's endpoint, or deliveries to it could not
            be signed.
    """
    for name, one in plentific(settings):
        if one.webhook_url is None:
            continue
        place = f"{path}: connections.{name}"
        if one.webhook_secret is None:
            raise SettingsError(f"{place}.webhook_secret: is missing, and webhook_url needs it")
        address = urlsplit(one.webhook_url)
        ends_well = unquote(address.path).endswith(f"{PATH}{name}")
        if not ends_well or address.query or address.fragment:
            raise SettingsError(f"{place}.webhook_url: must end in {PATH}{name}")
