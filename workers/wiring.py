"""The wiring: builds every part of a process from its settings, and closes it again."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from random import Random
from typing import Any, Literal
from uuid import uuid4
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from adapters.essensys import client as essensys
from adapters.facilitee import client as facilitee
from adapters.http.limits import Limits
from adapters.kafka.producer import RecordProducer
from adapters.kafka.settings import KafkaSettings
from adapters.planiso import client as planiso
from adapters.plentific import client as plentific
from adapters.store.engine import Store
from workers.budget import Budget
from workers.clock import Clock, SystemClock
from workers.crew import Crew
from workers.detect.observe import Source
from workers.detect.registry import STREAMS
from workers.detect.stream import Cadence, Facts, Stream
from workers.lease import Lessee
from workers.react.executor import SLOTS_A_CALL
from workers.react.intake import Intake
from workers.react.means import Means
from workers.react.reaction import Configured, Place
from workers.react.registry import configured
from workers.relay import Relay
from workers.settings import (
    Connection,
    EssensysConnection,
    FaciliteeConnection,
    KafkaSection,
    PlanisoConnection,
    PlentificConnection,
    Settings,
    SettingsError,
    StreamSection,
)
from workers.webhooks.endpoints import check_addresses


@dataclass(frozen=True)
class Parts:
    """Everything a process is made of; which of it runs depends on its roles."""

    settings: Settings
    store: Store
    clock: Clock
    kafka: KafkaSettings
    producer: RecordProducer
    clients: Mapping[str, Any]
    sources: tuple[Source, ...]
    reactions: Mapping[str, Configured]
    owner: str

    def budget(self) -> Budget:
        """Return the paces of all connections, to be kept."""
        limiters = {name: client.http.limiter for name, client in self.clients.items()}
        return Budget(self.store, self.clock, limiters)

    def crew(self, role: Literal["poll", "relay"]) -> Crew:
        """Return the replicas of a role, as this process sees them."""
        duration = getattr(self.settings, role).lease
        return Crew(role, Lessee(self.store, self.clock, self.owner, duration))

    def relay(self, crew: Crew) -> Relay:
        """Return the relay's needs."""
        return Relay(
            store=self.store,
            producer=self.producer,
            clock=self.clock,
            topic_prefix=self.settings.kafka.topic_prefix,
            crew=crew,
        )

    def intake(self) -> Intake:
        """Return the intake's needs."""
        return Intake(
            store=self.store,
            clock=self.clock,
            dead_letters=self.producer,
            reactions=self.reactions,
            topic_prefix=self.settings.kafka.topic_prefix,
        )

    def means(self) -> Means:
        """Return what carrying out reactions needs."""
        targets = {one.place.connection for one in self.reactions.values()}
        return Means(
            store=self.store,
            clock=self.clock,
            reactions=self.reactions,
            slots={
                name: SLOTS_A_CALL * self.settings.connections[name].limits.max_in_flight
                for name in targets
            },
            lease=self.settings.react.lease,
            settle=self.settings.react.settle,
            owner=self.owner,
            random=Random(),  # noqa: S311 - jitter, not a secret
        )


@asynccontextmanager
async def assemble(
    settings: Settings, path: Path, clock: Clock | None = None
) -> AsyncIterator[Parts]:
    """Build the parts, without starting or connecting anything, and close them at the end.

    Raises:
        SettingsError: Settings contradict each other.
    """
    clock = clock or SystemClock()
    check_leases(settings, path)
    check_addresses(settings, path)
    async with AsyncExitStack() as stack:
        with naming(f"{path}:"):
            store = Store.open(settings.store.url.get_secret_value())
        stack.push_async_callback(store.aclose)
        clients = {name: client(name, one) for name, one in settings.connections.items()}
        for built in clients.values():
            stack.push_async_callback(built.aclose)
        with naming(f"{path}: kafka:"):
            kafka = kafka_settings(settings.kafka)
            kafka.client_options()  # reads the certificates
        producer = RecordProducer(kafka)
        stack.push_async_callback(producer.stop)
        places = {
            name: Place(name, clients[name], one.currency, one.timezone)
            for name, one in settings.connections.items()
        }
        yield Parts(
            settings=settings,
            store=store,
            clock=clock,
            kafka=kafka,
            producer=producer,
            clients=clients,
            sources=tuple(sources(settings, path, clients, store, clock)),
            reactions=configured(settings, places, path),
            owner=f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}",
        )


@contextmanager
def naming(place: str) -> Iterator[None]:
    """Turn a value that an adapter refuses into an error of the configuration.

    Raises:
        SettingsError: The place and the adapter's reason.
    """
    try:
        yield
    except ValueError as error:
        raise SettingsError(f"{place} {error}") from error


def check_leases(settings: Settings, path: Path) -> None:
    """Refuse a lease that a single slow call could outlive.

    Raises:
        SettingsError: A connection's timeout is longer than half of the reactions' lease.
    """
    for name, connection in settings.connections.items():
        if connection.limits.timeout * 2 > settings.react.lease:
            raise SettingsError(
                f"{path}: react.lease: must be at least twice connections.{name}.limits.timeout"
            )


def client(name: str, connection: Connection) -> Any:
    """Build the client of a connection."""
    common: dict[str, Any] = {
        "connection": name,
        "base_url": connection.base_url,
        "limits": Limits(
            requests_per_second=connection.limits.requests_per_second,
            max_in_flight=connection.limits.max_in_flight,
        ),
        "timeout": connection.limits.timeout.total_seconds(),
    }
    match connection:
        case PlentificConnection():
            return plentific.connect(
                client_id=connection.client_id.get_secret_value(),
                client_secret=connection.client_secret.get_secret_value(),
                **common,
            )
        case EssensysConnection():
            return essensys.connect(
                client_id=connection.client_id.get_secret_value(),
                client_secret=connection.client_secret.get_secret_value(),
                username=connection.username.get_secret_value(),
                password=connection.password.get_secret_value(),
                time_zone=ZoneInfo(connection.timezone),
                **common,
            )
        case FaciliteeConnection():
            return facilitee.connect(
                client_id=connection.client_id.get_secret_value(),
                client_secret=connection.client_secret.get_secret_value(),
                **common,
            )
        case PlanisoConnection():
            return planiso.connect(api_key=connection.api_key.get_secret_value(), **common)


def kafka_settings(section: KafkaSection) -> KafkaSettings:
    """Return the adapter's settings for the `[kafka]` table."""
    values = section.model_dump(include={field.name for field in fields(KafkaSettings)})
    for name, value in values.items():
        if isinstance(value, SecretStr):
            values[name] = value.get_secret_value()
    return KafkaSettings(**values)


def sources(
    settings: Settings, path: Path, clients: Mapping[str, Any], store: Store, clock: Clock
) -> list[Source]:
    """Return every stream of every connection.

    Raises:
        SettingsError: The configuration names a stream that the provider does not have.
    """
    found: list[Source] = []
    for name, connection in settings.connections.items():
        streams = {one.name: one for one in STREAMS if one.provider == connection.provider}
        for unknown in connection.streams.keys() - streams.keys():
            known = ", ".join(sorted(streams)) or "none"
            raise SettingsError(
                f"{path}: connections.{name}.streams.{unknown}: no such stream; there are: {known}"
            )
        facts = Facts(name, connection.currency, connection.timezone)
        for stream in streams.values():
            section = connection.streams.get(stream.name, StreamSection())
            looks = cadence(stream, section)
            shares = section.model_dump(
                include={"largest_removal", "largest_arrival"}, exclude_none=True
            )
            found.append(Source(stream, clients[name], facts, store, clock, looks, **shares))
    return found


def cadence(stream: Stream, section: StreamSection) -> Cadence:
    """Return the stream's cadence, as far as the configuration does not say otherwise."""
    own = stream.cadence
    return Cadence(
        every=section.every or own.every,
        sweep_every=section.sweep_every or own.sweep_every,
        details_every=section.details_every or own.details_every,
    )
