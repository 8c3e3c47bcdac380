"""Settings: one TOML file, environment overrides, secrets by reference; unknown keys are errors."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from workers.setting_values import (
    BaseUrl,
    Count,
    Duration,
    Kept,
    Port,
    Rate,
    Secret,
    Share,
    Whole,
    Zone,
)

ENV_PREFIX = "TIEBEAM_"
CONFIG_VARIABLE = "TIEBEAM_CONFIG"
DEFAULT_FILE = "tiebeam.toml"


class SettingsError(Exception):
    """The configuration cannot be used; the text names the file, the key and the reason."""


class Section(BaseModel):
    """A table of the configuration file: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class KafkaSection(Section):
    """Where the topics are, how to log in, and how new ones are made.

    `retention` is how long a topic keeps an event: as far back as anything can be replayed from
    it. `audit_retention` is the same for what we did, None for ever: what is gone is done again
    once the store is lost. `min_insync_replicas` of 0 is what fits the replication factor.
    """

    bootstrap_servers: str = "localhost:9092"
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] | None = None
    sasl_username: str | None = None
    sasl_password: Secret | None = None
    sasl_oauth_token_url: BaseUrl | None = None
    sasl_oauth_client_id: str | None = None
    sasl_oauth_client_secret: Secret | None = None
    sasl_oauth_scope: str | None = None
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None
    ssl_password: Secret | None = None
    ssl_check_hostname: bool = True
    topic_prefix: Annotated[str, Field(pattern=r"^[a-zA-Z0-9._-]*$")] = ""
    partitions: Count = 12
    replication_factor: Count = 1
    min_insync_replicas: Whole = 0
    retention: Duration = timedelta(days=7)
    audit_retention: Kept = None
    dead_letter_retention: Duration = timedelta(days=30)
    cleanup_policy: Literal["delete", "compact,delete"] = "delete"
    compression: Literal["producer", "uncompressed", "gzip"] = "producer"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.min_insync_replicas > self.replication_factor:
            raise ValueError("min_insync_replicas is more than the replication_factor")
        return self


class StoreSection(Section):
    """The database that holds entities, outbox, inbox and ledger; its URL may hold a password.

    `keep_finished` is how long the events of finished reactions are kept. That they were answered,
    and what was done, is kept for ever.
    """

    url: Secret = SecretStr("sqlite:///tiebeam.db")
    keep_finished: Duration = timedelta(days=90)


class TelemetrySection(Section):
    """Where spans go; without an endpoint they go nowhere."""

    otlp_endpoint: BaseUrl | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class HttpSection(Section):
    """The addresses on which Tiebeam itself listens."""

    host: str = "0.0.0.0"  # noqa: S104 - a container serves its pod's network
    ops_port: Port = 8080
    webhook_port: Port = 8081


class PollSection(Section):
    """How streams are looked at.

    `lease` is how long a stream waits for a process that fell silent before another takes it over.
    """

    lease: Duration = timedelta(seconds=15)


class RelaySection(Section):
    """How the outbox is emptied; `lease` as in `PollSection`."""

    lease: Duration = timedelta(seconds=10)


class ReactSection(Section):
    """How reactions are carried out.

    `lease` is how long a claimed reaction belongs to one process; `settle` is how long a call
    without an answer is given to take effect before the provider is asked about it.
    """

    lease: Duration = timedelta(seconds=60)
    settle: Duration = timedelta(seconds=30)


class LimitsSection(Section):
    """What one connection may ask of its provider."""

    requests_per_second: Rate = 10.0
    max_in_flight: Count = 8
    timeout: Duration = timedelta(seconds=30)


class StreamSection(Section):
    """How one stream is looked at.

    `every` is the pause between two looks, `sweep_every` the pause between two full listings (of
    what is listed below others: how long a walk past all of them takes),
    `details_every` how often a live entity's detail is read though its row has not changed; a
    larger share of all than `largest_removal` is not told to be gone at once, but held back, nor a
    larger one than `largest_arrival` to be new that was there before; 1 tells all.
    """

    every: Duration | None = None
    sweep_every: Duration | None = None
    details_every: Duration | None = None
    largest_removal: Share | None = None
    largest_arrival: Share | None = None


class ConnectionSection(Section):
    """What every connection has, whatever its provider."""

    base_url: BaseUrl
    limits: LimitsSection = LimitsSection()
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "GBP"
    timezone: Zone = "Europe/London"
    streams: dict[str, StreamSection] = {}


class PlentificConnection(ConnectionSection):
    """One account at Plentific.

    `webhook_url` is where Plentific is to deliver: the public address of our endpoint.
    """

    provider: Literal["plentific"]
    client_id: Secret
    client_secret: Secret
    webhook_secret: Secret | None = None
    webhook_signature_header: str = "X-Plentific-Signature"
    webhook_url: BaseUrl | None = None


class EssensysConnection(ConnectionSection):
    """One account at essensys Operate."""

    provider: Literal["essensys"]
    client_id: Secret
    client_secret: Secret
    username: Secret
    password: Secret


class FaciliteeConnection(ConnectionSection):
    """One account at Facilitee; `base_url` stands before /api/public and /api/connect/token."""

    provider: Literal["facilitee"]
    client_id: Secret
    client_secret: Secret


class PlanisoConnection(ConnectionSection):
    """One silo at Planiso."""

    provider: Literal["planiso"]
    api_key: Secret


Connection = Annotated[
    PlentificConnection | EssensysConnection | FaciliteeConnection | PlanisoConnection,
    Field(discriminator="provider"),
]
PROVIDERS = ("plentific", "essensys", "facilitee", "planiso")
_ANY_PROVIDER = '"plentific", "essensys", "facilitee" or "planiso"'


class Settings(Section):
    """Everything that a process needs to know before it starts."""

    kafka: KafkaSection = KafkaSection()
    store: StoreSection = StoreSection()
    telemetry: TelemetrySection = TelemetrySection()
    http: HttpSection = HttpSection()
    poll: PollSection = PollSection()
    relay: RelaySection = RelaySection()
    react: ReactSection = ReactSection()
    connections: dict[str, Connection] = {}
    reactions: dict[str, dict[str, Any]] = {}


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from a file (default: TIEBEAM_CONFIG or tiebeam.toml) and the environment.

    Raises:
        SettingsError: The file is missing or is not TOML, or a key or value is not acceptable.
    """
    environ = os.environ if environ is None else environ
    path = path or Path(environ.get(CONFIG_VARIABLE, DEFAULT_FILE))
    data = _read(path)
    origins = _overlay(data, environ)
    try:
        return Settings.model_validate(data, context={"environ": environ})
    except ValidationError as error:
        raise SettingsError(describe(error, path, origins)) from None


def describe(
    error: ValidationError,
    path: Path,
    origins: Mapping[tuple[str, ...], str] | None = None,
    under: tuple[str, ...] = (),
) -> str:
    """Turn a validation error into one line: file (or variable), key, reason; no value is shown."""
    first = error.errors(include_input=False, include_url=False)[0]
    keys = under + tuple(str(part) for part in first["loc"])
    keys = _without_tag(keys)
    unknown = first["type"] == "extra_forbidden"
    origin = _origin(keys, origins or {}, path, under_it=unknown)
    reasons = {
        "extra_forbidden": "unknown key",
        "missing": "is missing",
        "union_tag_not_found": f"needs provider = {_ANY_PROVIDER}",
        "union_tag_invalid": f"provider must be {_ANY_PROVIDER}",
    }
    reason = reasons.get(first["type"], first["msg"].removeprefix("Value error, "))
    more = error.error_count() - 1
    rest = f" (and {more} more)" if more else ""
    return " ".join(f"{origin}: {'.'.join(keys)}: {reason}{rest}".splitlines())


def _origin(
    keys: tuple[str, ...], origins: Mapping[tuple[str, ...], str], path: Path, *, under_it: bool
) -> str | Path:
    """Find the variable that gave a key, a table around it or, if asked, something in it."""
    for given, name in origins.items():
        if keys[: len(given)] == given or (under_it and given[: len(keys)] == keys):
            return name
    return path


def _without_tag(keys: tuple[str, ...]) -> tuple[str, ...]:
    # pydantic puts the provider's name between a connection's name and its key
    if len(keys) > 2 and keys[0] == "connections" and keys[2] in PROVIDERS:
        return keys[:2] + keys[3:]
    return keys


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(
            f"{path}: no such file; name one with --config or {CONFIG_VARIABLE}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from None
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None


def _overlay(data: dict[str, Any], environ: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Write TIEBEAM_A__B=value over data["a"]["b"]; return which key came from which variable."""
    origins: dict[tuple[str, ...], str] = {}
    for name in sorted(environ):
        if not name.startswith(ENV_PREFIX) or "__" not in name:
            continue
        keys: list[str] = []
        table = data
        *parents, last = name.removeprefix(ENV_PREFIX).lower().split("__")
        for part in parents:
            keys.append(_existing(table, part, keys))
            table = table.setdefault(keys[-1], {})
            if not isinstance(table, dict):
                raise SettingsError(f"{name}: {'.'.join(keys)} is a value, not a table")
        keys.append(_existing(table, last, keys))
        table[keys[-1]] = _value(name, environ[name])
        origins[tuple(keys)] = name
    return origins


def _existing(table: Mapping[str, Any], part: str, parents: list[str]) -> str:
    # variables have neither dashes nor small letters: find the key that is meant
    for key in table:
        if key.lower().replace("-", "_") == part:
            return key
    in_table_of_names = parents[:1] == ["reactions"] or parents[-1:] == ["streams"]
    return part.replace("_", "-") if in_table_of_names and len(parents) in (1, 3) else part


def _value(name: str, text: str) -> Any:
    if not text.startswith(("{", "[")):
        return text
    try:
        return tomllib.loads(f"value = {text}", parse_float=Decimal)["value"]
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name}: not valid TOML: {error}") from None
