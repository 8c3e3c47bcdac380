"""TLS for Kafka: certificates are read again when their files have changed."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class TlsFiles:
    """Which authorities we trust and who we are; a password of None is an empty one."""

    authorities: str | None = None
    certificate: str | None = None
    key: str | None = None
    password: str | None = None

    def named(self) -> tuple[str, ...]:
        """Return the files that there are to read."""
        return tuple(filter(None, (self.authorities, self.certificate, self.key)))

    def load_into(self, context: ssl.SSLContext) -> None:
        """Read the files.

        Raises:
            OSError: one is missing or holds something else; ssl.SSLError is one.
        """
        if self.authorities:
            context.load_verify_locations(self.authorities)
        if self.certificate:
            # A password is always given: without one OpenSSL would ask on the terminal.
            context.load_cert_chain(self.certificate, self.key, self.password or "")


class RereadingContext(ssl.SSLContext):
    """What asyncio makes each connection of: renewed certificates count from the next one on.

    Authorities that were trusted before stay trusted until the process ends: OpenSSL can add to a
    context, and take nothing back.
    """

    _files = TlsFiles()
    _seen: tuple[float, ...] = ()

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Begin a connection, with the files as they are now.

        Raises:
            OSError: they changed, and cannot be read.
        """
        self.reread()
        return super().wrap_bio(*args, **kwargs)

    def reread(self) -> None:
        """Read the files if one has changed since the last time.

        Raises:
            OSError: they cannot be read.
        """
        changed = tuple(Path(name).stat().st_mtime for name in self._files.named())
        if changed != self._seen:
            self._files.load_into(self)
            self._seen = changed


def context(files: TlsFiles, *, check_hostname: bool = True) -> ssl.SSLContext:
    """Return what a client connects with; without authorities of its own it trusts the system's.

    Raises:
        ValueError: a file is missing or holds something else; one line that names the files.
    """
    made = RereadingContext(ssl.PROTOCOL_TLS_CLIENT)  # demands a certificate, and its host name
    made.check_hostname = check_hostname
    if files.authorities is None:
        made.load_default_certs()
    made._files = files
    try:
        made.reread()
    except OSError as error:
        named = ", ".join(files.named())
        raise ValueError(f"the TLS files cannot be read ({named}): {error}") from error
    return made
