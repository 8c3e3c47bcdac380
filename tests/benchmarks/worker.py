"""Being set up as a worker process of the product is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from workers.garbage import collect_seldom
from workers.telemetry import logs, tracing


@contextmanager
def as_a_worker() -> Iterator[None]:
    """Be set up as `tiebeam run` is, with the log lines going nowhere."""
    provider = tracing.provider(None)
    tracing.install(provider)
    collect_seldom()
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        logs.configure("info", nowhere)
        yield
    provider.shutdown()
