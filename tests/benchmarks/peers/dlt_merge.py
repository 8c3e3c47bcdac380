"""dlt: the list merged into DuckDB by its key, as `rows`, by way of `parquet` files, or as `arrow`.

Loaded again as a whole each time: the list tells no time of change that a cursor could follow.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}

import dlt
import pyarrow
from dlt.sources.helpers.requests import Client

from tests.benchmarks.peers.passes import Task, measure

CORES = 2
HTTP = Client()
"""Keeps its connections."""


def main(task: Task, set_up: str) -> None:
    """Merge twice, and check what is in the table then."""
    if set_up != "arrow":  # rows are normalised by a process for each core, from a file for each
        os.environ["NORMALIZE__WORKERS"] = str(CORES)
        os.environ["DATA_WRITER__FILE_MAX_ITEMS"] = str(task.rows // CORES)
    first = replace(task, folder=task.folder / "first", rows=task.page)
    _merge(_pipeline(first), first, set_up)  # imports much as it goes
    pipeline = _pipeline(task)
    measure(task, lambda: _merge(pipeline, task, set_up))
    with pipeline.sql_client() as client:
        query = "SELECT count(*), count(*) FILTER (WHERE status = 'booked') FROM work_orders"
        (found,) = client.execute_sql(query)
    assert tuple(found) == (task.rows, task.rows // 100), f"{found}"


def _pipeline(task: Task) -> Any:
    task.folder.mkdir(exist_ok=True)
    return dlt.pipeline(
        "work_orders",
        pipelines_dir=str(task.folder),
        destination=dlt.destinations.duckdb(str(task.folder / "peer.duckdb")),
        dataset_name="listed",
    )


def _merge(pipeline: Any, task: Task, set_up: str) -> int:
    resource = dlt.resource(
        _pages(task, arrow=set_up == "arrow"),
        name="work_orders",
        primary_key="uuid",
        write_disposition={"disposition": "merge", "strategy": "upsert"},
    )
    pipeline.run(resource, loader_file_format="parquet" if set_up == "parquet" else None)
    counts: dict[str, int] = pipeline.last_trace.last_normalize_info.row_counts
    return counts["work_orders"]


def _pages(task: Task, *, arrow: bool) -> Iterator[Any]:
    for offset in task.offsets():
        rows = HTTP.get(f"{task.url}/work-orders", headers=task.headers(offset)).json()
        yield pyarrow.Table.from_pylist(rows) if arrow else rows


if __name__ == "__main__":
    main(Task.told(), sys.argv[5])
