"""The real detection of one provider's streams over an SQLite file, as one process has it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from adapters.essensys import client as essensys
from adapters.facilitee import client as facilitee
from adapters.http.limits import Limits
from adapters.planiso import client as planiso
from adapters.plentific import client as plentific
from adapters.store import hints, outbox
from adapters.store.engine import Store
from adapters.store.hints import NewHint
from deploy.sandbox import Sandbox
from deploy.sandbox.essensys import data as essensys_data
from deploy.sandbox.facilitee import data as facilitee_data
from deploy.sandbox.planiso import data as planiso_data
from deploy.sandbox.plentific import data as plentific_data
from events import envelope
from events.envelope import Event
from tests.workers.detect.model.kinds import Kind
from workers.clock import Clock
from workers.detect.hints import Follower
from workers.detect.observe import Source
from workers.detect.stream import Facts, Stream
from workers.lease import Lessee

FACTS = Facts("model", "EUR", "UTC")
LEASE = timedelta(seconds=30)
PAGE = 3
"""Rows of a page: even a few things are several pages."""


@dataclass
class Detector:
    """One process: its store, a source for each kind, and who follows hints; `heard` so far."""

    path: Path
    store: Store
    sources: dict[str, Source]
    follower: Follower
    heard: int = 0

    @classmethod
    def start(
        cls, path: Path, kinds: Mapping[str, Kind], client: Any, clock: Clock, heard: int = 0
    ) -> Detector:
        """Start on a file that another process may have left."""
        store = Store.open(f"sqlite:///{path}")
        sources = {
            name: Source(_in_pages(kind.stream), client, FACTS, store, clock, kind.stream.cadence)
            for name, kind in kinds.items()
        }
        follower = Follower(FACTS.connection, sources, Lessee(store, clock, "model", LEASE))
        return cls(path, store, sources, follower, heard)

    async def news(self) -> list[Event]:
        """The events that came into the outbox since the last call."""
        async with self.store.read() as tx:
            rows = await outbox.unpublished(tx, 100_000, after=self.heard)
        self.heard = rows[-1].id if rows else self.heard
        return [
            envelope.from_record(
                row.key.encode(), row.value, [(name, text.encode()) for name, text in row.headers]
            )
            for row in rows
        ]

    async def hint(self, about: Iterable[tuple[str, str]], clock: Clock) -> None:
        """Be told by webhooks where to look."""
        new = [NewHint(FACTS.connection, kind, one, clock.now()) for kind, one in about]
        async with self.store.write("hints") as tx:
            await hints.add(tx, new)


def _in_pages(stream: Stream) -> Stream:
    """The stream, but with small pages where their size is ours to choose."""
    if stream.provider not in ("plentific", "facilitee") or stream.parent is not None:
        return stream
    return replace(
        stream, pages=lambda client, filters: stream.pages(client, {**filters, "page_size": PAGE})
    )


def copied(path: Path, to: Path) -> Path:
    """A copy of a store that nobody has open."""
    shutil.copy(path, to)
    return to


@asynccontextmanager
async def connected(provider: str, sandbox: Sandbox) -> AsyncIterator[Any]:
    """A client of the provider that sends one request after the other."""
    limits = Limits(1_000_000, 1)
    common: dict[str, Any] = {"connection": FACTS.connection, "limits": limits, "timeout": 5}
    client: Any
    if provider == "plentific":
        client = plentific.connect(
            base_url=sandbox.plentific_url,
            client_id=plentific_data.CLIENT_ID,
            client_secret=plentific_data.CLIENT_SECRET,
            **common,
        )
    elif provider == "facilitee":
        client = facilitee.connect(
            base_url=sandbox.facilitee_url,
            client_id=facilitee_data.CLIENT_ID,
            client_secret=facilitee_data.CLIENT_SECRET,
            **common,
        )
    elif provider == "essensys":
        sandbox.state.essensys.settings.max_page_size = PAGE
        client = essensys.connect(
            base_url=sandbox.essensys_url,
            client_id=essensys_data.CLIENT_ID,
            client_secret=essensys_data.CLIENT_SECRET,
            username=essensys_data.USERNAME,
            password=essensys_data.PASSWORD,
            time_zone=ZoneInfo("UTC"),
            **common,
        )
    else:
        client = planiso.connect(
            base_url=sandbox.planiso_url, api_key=planiso_data.API_KEY, **common
        )
    try:
        yield client
    finally:
        await client.aclose()
