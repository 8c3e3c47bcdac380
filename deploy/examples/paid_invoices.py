"""What the example subscribers do with a record: a paid invoice goes into a ledger, once."""

from __future__ import annotations

import json
import os
import sqlite3
import ssl
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

TYPE = "plentific.invoice.paid"
VERSION = "/v1"
PATIENCE = 1.0
"""Seconds that SQLite is given while another process writes."""

_TABLES = """
create table if not exists handled (ce_id text primary key);
create table if not exists paid
    (invoice text, number text, amount text, currency text, paid_on text);
create table if not exists unread (place text primary key, reason text, value blob);
"""

Headers = Iterable[tuple[str, bytes]]


@dataclass(frozen=True)
class Settings:
    """Where the events are, and where the ledger."""

    bootstrap_servers: str = os.environ.get("BOOTSTRAP_SERVERS", "localhost:9092")
    topic: str = os.environ.get("TOPIC", "plentific.invoices")  # with prefix, if there is one
    group: str = os.environ.get("GROUP", "paid-invoices")
    database: Path = Path(os.environ.get("DATABASE", "paid-invoices.db"))
    # With a login: SASL_SSL, SCRAM-SHA-512 (or another), and so on; absent: those of nobody.
    protocol: str = os.environ.get("SECURITY_PROTOCOL", "PLAINTEXT")
    mechanism: str = os.environ.get("SASL_MECHANISM", "SCRAM-SHA-512")
    user: str = os.environ.get("SASL_USERNAME", "")
    password: str = field(default=os.environ.get("SASL_PASSWORD", ""), repr=False)
    authorities: str | None = os.environ.get("SSL_CAFILE")  # absent: those of the system

    def tls(self) -> ssl.SSLContext | None:
        """Return what an encrypted connection is made of; None for one in the clear."""
        encrypted = self.protocol.endswith("SSL")
        return ssl.create_default_context(cafile=self.authorities) if encrypted else None


class Unreadable(ValueError):
    """A record that cannot be used, however often it comes; the text says why."""


def open_ledger(path: Path) -> closing[sqlite3.Connection]:
    """Open the ledger, to be used in a `with` block; makes it where it is not there yet."""
    ledger = sqlite3.connect(path, timeout=PATIENCE)
    ledger.executescript(_TABLES)
    return closing(ledger)


def take(ledger: sqlite3.Connection, place: str, headers: Headers, value: bytes | None) -> str:
    """Handle a record, and return what became of it. It may come again at any time.

    Only what passes raises: a ledger that cannot be written just now. What nobody can ever read
    is put aside, so that it is neither lost nor in the way of what follows.
    """
    try:
        return _take(ledger, dict(headers), value)
    except Unreadable as error:
        with ledger:
            row = (place, str(error), value)
            ledger.execute("insert or ignore into unread values (?, ?, ?)", row)
        return f"put aside, {error}"


def _take(ledger: sqlite3.Connection, headers: dict[str, bytes], value: bytes | None) -> str:
    ce_type = _text(headers, "ce_type")
    if ce_type != TYPE:
        return f"{ce_type}: passed over"  # new types come: they are none of our business
    if not _text(headers, "ce_dataschema").endswith(VERSION):
        raise Unreadable(f"{ce_type} in a version that is not known here")
    row = _row(value)
    with ledger:  # the id and the effect in one transaction: both, or none
        ce_id = _text(headers, "ce_id")
        first = ledger.execute("insert or ignore into handled values (?)", (ce_id,)).rowcount
        if first:
            ledger.execute("insert into paid values (?, ?, ?, ?, ?)", row)
    again = " (a replay)" if headers.get("tiebeam-replay") == b"true" else ""
    return f"{ce_id}: {'entered' if first else 'known'}{again}"


def _row(value: bytes | None) -> tuple[str | None, ...]:
    """Read only what is needed: fields that are not known here do no harm."""
    try:
        invoice = json.loads(value or b"")["invoice"]
        names = ("uuid", "number", "total_including_tax", "currency", "paid_on")
        return tuple(invoice[name] for name in names)
    except (ValueError, LookupError, TypeError) as error:
        raise Unreadable(f"the value is not as expected: {type(error).__name__}") from error


def _text(headers: dict[str, bytes], name: str) -> str:
    try:
        return headers[name].decode()
    except (LookupError, UnicodeDecodeError, AttributeError) as error:
        raise Unreadable(f"header {name} is missing or no text") from error
