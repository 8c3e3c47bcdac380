"""What Prometheus can be asked about Tiebeam: each series of the code, with its labels."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from adapters.http import metrics as calls
from workers.telemetry import metrics as workers

SCRAPED: Final = frozenset({"job", "instance"})
"""Labels that Prometheus adds to whatever it reads."""

Metric = Counter | Gauge | Histogram


def _declared(module: ModuleType) -> Iterator[Metric]:
    yield from (
        one for one in vars(module).values() if isinstance(one, Counter | Gauge | Histogram)
    )


def _series(metric: Metric) -> Iterator[tuple[str, frozenset[str]]]:
    name, labels = metric._name, SCRAPED.union(metric._labelnames)
    match metric:
        case Counter():
            yield f"{name}_total", labels
        case Gauge():
            yield name, labels
        case Histogram():
            yield f"{name}_bucket", labels | {"le"}
            yield f"{name}_sum", labels
            yield f"{name}_count", labels


OURS: Final[dict[str, frozenset[str]]] = {
    name: labels
    for module in (calls, workers)
    for metric in _declared(module)
    for name, labels in _series(metric)
}

OTHERS: Final[dict[str, frozenset[str]]] = {
    "up": SCRAPED,
    "process_start_time_seconds": SCRAPED,
    "ALERTS": SCRAPED | {"alertname", "alertstate"},
}
"""Series of Prometheus itself and of its client library."""
