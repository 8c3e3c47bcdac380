"""What a peer's script is told, and how it times its own two passes over the list.

Only the standard library: this is imported in the peers' own environments.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.request import Request, urlopen

RESULT = "passes.json"
"""The file in the task's folder that tells each pass's seconds: the output is for records."""


@dataclass(frozen=True)
class Task:
    """A list of so many `rows` below `url`, in pages; `folder` is empty and the script's own."""

    url: str
    folder: Path
    rows: int
    page: int

    @classmethod
    def told(cls) -> Self:
        """The task as the script's arguments tell it."""
        url, folder, rows, page = sys.argv[1:5]
        return cls(url, Path(folder), int(rows), int(page))

    def headers(self, offset: int) -> dict[str, str]:
        """What a request for the page at this offset says."""
        return {"X-Pagination-Limit": str(self.page), "X-Pagination-Offset": str(offset)}

    def offsets(self) -> range:
        """Where the pages begin."""
        return range(0, self.rows, self.page)


def measure(task: Task, look: Callable[[], int]) -> None:
    """Time two looks, between which one row in a hundred changes; a look gives the rows it saw.

    Raises:
        AssertionError: a look did not see every row.
    """
    told = []
    for turn in (0, 1):
        with urlopen(Request(f"{task.url}/turn/{turn}", method="POST")) as answer:
            answer.read()
        gc.collect()
        began, cpu = time.perf_counter(), _cpu()
        rows = look()
        told.append({"seconds": time.perf_counter() - began, "cpu": _cpu() - cpu})
        assert rows == task.rows, f"{rows} rows in pass {turn + 1}"
    (task.folder / RESULT).write_text(json.dumps(told), encoding="utf-8")


def _cpu() -> float:
    """CPU seconds of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])
