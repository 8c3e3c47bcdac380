"""The configuration that the end-to-end tests run with: everything quick, one reaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.sandbox import Sandbox
from deploy.sandbox.essensys import data as essensys
from deploy.sandbox.plentific import data as plentific

PRODUCT = {"LABOUR": "73", "MATERIALS": "74"}
TAX = {"0": "1", "20": "5"}
ACCOUNT = {
    "PROP-001": "277754",
    "PROP-002": "277755",
    "PROP-003": "277756",
    "PROP-004": "277757",
}

HEAD = """\
[kafka]
bootstrap_servers = "{kafka}"
topic_prefix = "{prefix}"
partitions = 3
[store]
url = "{store}"
[telemetry]
{telemetry}
[http]
host = "127.0.0.1"
ops_port = {ops_port}
webhook_port = 0
[poll]
lease = "3s"
[relay]
lease = "3s"
[react]
lease = "4s"
settle = "{settle}"
"""
PLENTIFIC = """\
[connections.{name}]
provider = "plentific"
base_url = "{sandbox.plentific_url}"
client_id = "{data.CLIENT_ID}"
client_secret = "{data.CLIENT_SECRET}"
limits = {{ requests_per_second = 1000, max_in_flight = 8, timeout = "{timeout}" }}
[connections.{name}.streams.work-orders]
every = "{every}"
sweep_every = "{every}"
details_every = "{details_every}"
[connections.{name}.streams.invoices]
every = "{every}"
sweep_every = "{sweep_every}"
details_every = "{details_every}"
"""
ESSENSYS = """\
[connections.{name}]
provider = "essensys"
base_url = "{sandbox.essensys_url}"
client_id = "{data.CLIENT_ID}"
client_secret = "{data.CLIENT_SECRET}"
username = "{data.USERNAME}"
password = "{data.PASSWORD}"
limits = {{ requests_per_second = 1000, max_in_flight = 8, timeout = "{timeout}" }}
"""
REACTION = """\
[reactions.recharge-paid-invoice]
{mode}
from = "plentific"
to = "operate"
lines = "rechargeable"
product = {product}
tax = {tax}
account = {account}
"""


@dataclass(frozen=True)
class Configuration:
    """What the tests change of the configuration; `mode` None leaves the key away.

    `sources` and `targets` are the connections to Plentific and to essensys by name; without a
    `sources` entry the sandbox of the test is both.
    """

    kafka: str
    prefix: str
    store: str
    sources: Mapping[str, Sandbox]
    targets: Mapping[str, Sandbox]
    mode: str | None = "live"
    settle: str = "200ms"
    timeout: str = "1s"
    every: str = "100ms"
    sweep_every: str = "300ms"
    details_every: str = "1h"
    ops_port: int = 0
    telemetry: str = ""
    account: Mapping[str, str] = field(default_factory=lambda: ACCOUNT)

    def write(self, path: Path) -> Path:
        """Write the file and return its path."""
        texts = vars(self)
        parts = [HEAD.format(**texts)]
        parts += [
            PLENTIFIC.format(name=name, sandbox=sandbox, data=plentific, **texts)
            for name, sandbox in self.sources.items()
        ]
        parts += [
            ESSENSYS.format(name=name, sandbox=sandbox, data=essensys, **texts)
            for name, sandbox in self.targets.items()
        ]
        mode = f'mode = "{self.mode}"' if self.mode else ""
        tables = {
            "product": table(PRODUCT),
            "tax": table(TAX),
            "account": table(self.account),
        }
        parts.append(REACTION.format(mode=mode, **tables))
        path.write_text("".join(parts), encoding="utf-8")
        return path


def table(entries: Mapping[str, str]) -> str:
    """An inline table of TOML."""
    inner = ", ".join(f'"{key}" = "{value}"' for key, value in entries.items())
    return f"{{ {inner} }}"
