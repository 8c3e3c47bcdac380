"""The peers as contenders: which there are, what each does, and how it is run."""

from __future__ import annotations

import asyncio
import json
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.listing_server import PAGE
from tests.benchmarks.peers.environments import PeerError, version
from tests.benchmarks.peers.passes import RESULT
from tests.benchmarks.rounds import Sample
from tests.benchmarks.serving import ROOT


@dataclass(frozen=True)
class Peer:
    """Another tool at the same work.

    Attributes:
        name: what its rows are called.
        script: its module beside this one.
        environment: the name of its pins.
        packages: whose versions its rows tell.
        about: what it does in each pass.
        set_up: the script's own argument, where it has one.
        rounds: in how many it takes part, where not in all of them.
        most: rows that it is given at most, since it is slow.
        first: how many times its rate our first pass must reach, where that is promised.
        second: the same of the second pass.
        stretch: what is hoped for there.
    """

    name: str
    script: str
    environment: str
    packages: tuple[str, ...]
    about: str
    set_up: str = ""
    rounds: int | None = None
    most: int | None = None
    first: float | None = None
    second: float | None = None
    stretch: float | None = None

    @property
    def passes(self) -> tuple[str, str]:
        """The names of its rows."""
        return f"{self.name} pass 1", f"{self.name} pass 2"

    def rows(self) -> dict[str, str]:
        """What its rows do, with the versions, and how much less than others it is given."""
        versions = ", ".join(f"{name} {version(self.environment, name)}" for name in self.packages)
        less = f"; it is slow, so {self.most:,} rows at most" if self.most else ""
        first, second = self.passes
        return {first: f"{versions}: {self.about}{less}", second: "the same again"}


DLT_MERGE = Peer(
    "dlt parquet",
    "dlt_merge",
    "dlt",
    ("dlt", "duckdb"),
    "pages of rows merged (upsert) into DuckDB by way of parquet files, normalised by two "
    "processes; loads every row",
    set_up="parquet",
    first=2,
    second=5,
    stretch=8,
)
AIRBYTE = Peer(
    "Airbyte CDK",
    "airbyte_source",
    "airbyte",
    ("airbyte-cdk",),
    "a declarative source; emits every row, to nowhere",
    second=3,
    stretch=4,
)
HAND_WRITTEN = Peer(
    "hand-written",
    "handwritten",
    "handwritten",
    ("httpx",),
    f"8 requests in flight, sqlite3 with synchronous=FULL, compares row by row, a transaction for "
    f"each page of {PAGE}; keeps what changed, reads no details",
    second=2.5,
)
DLT_ARROW = Peer(
    "dlt Arrow",
    "dlt_merge",
    "dlt",
    ("dlt", "duckdb", "pyarrow"),
    "the same, but each page made an Arrow table by hand, which dlt does not normalise",
    set_up="arrow",
    rounds=2,
)
SINGER = Peer(
    "singer-sdk",
    "singer_tap",
    "singer",
    ("singer-sdk", "msgspec"),
    "a REST tap that writes by msgspec and trusts the types; emits every row, to nowhere",
    rounds=2,
)
DLT_ROWS = Peer(
    "dlt rows",
    "dlt_merge",
    "dlt",
    ("dlt", "duckdb"),
    "pages of rows merged (upsert) into DuckDB by way of its usual INSERT files",
    set_up="rows",
    rounds=1,
    most=20_000,
)
PEERS = (DLT_MERGE, DLT_ARROW, DLT_ROWS, SINGER, AIRBYTE, HAND_WRITTEN)


async def run(peer: Peer, python: Path, url: str, rows: int) -> Mapping[str, Sample]:
    """Let a peer make its two passes in a process of its own.

    Raises:
        PeerError: its script failed, or did not see what it should.
    """
    rows = min(rows, peer.most or rows)
    with tempfile.TemporaryDirectory(prefix="tiebeam-peer-") as folder:
        module = f"{__package__}.{peer.script}"
        arguments = [url, folder, str(rows), str(PAGE), *filter(None, [peer.set_up])]
        process = await asyncio.create_subprocess_exec(
            str(python), "-m", module, *arguments, stdout=DEVNULL, stderr=PIPE, cwd=ROOT
        )
        _, said = await process.communicate()
        if process.returncode != 0:
            raise PeerError(f"{peer.name} failed: {said.decode(errors='replace')[-2000:]}")
        told = json.loads((Path(folder) / RESULT).read_text(encoding="utf-8"))
    samples = [Sample(rows, one["seconds"], one["cpu"]) for one in told]
    return dict(zip(peer.passes, samples, strict=True))
