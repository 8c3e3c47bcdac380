"""The report: RESULTS.md, with all that a reader needs to judge the numbers."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version

from deploy.kafka.cluster import KAFKA_VERSION
from tests.benchmarks.profiling import Profile
from tests.benchmarks.rounds import Goal, Result, cells_of, verdicts

LIBRARIES = (
    "aiohttp",
    "aiokafka",
    "aiosqlite",
    "faststream",
    "httpx",
    "httpx-aiohttp",
    "opentelemetry-sdk",
    "orjson",
    "prometheus-client",
    "pydantic",
    "sqlalchemy",
)


@dataclass(frozen=True)
class Report:
    """Results, the profiles of the rows that miss a goal, and workloads that could not run."""

    results: Sequence[Result]
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    not_run: Mapping[str, str] = field(default_factory=dict)


def markdown(report: Report, before: str = "") -> str:
    """The whole of RESULTS.md; workloads that were not measured now stand as they did `before`."""
    sections = _sections_of(before)
    for result in report.results:
        sections[result.workload.name] = _section(result, report.profiles)
    for name, reason in report.not_run.items():
        sections.setdefault(name, f"Not run: {reason}.\n")
    head = [
        "# Benchmarks",
        "",
        "Written by `make bench`; do not edit. Absolute times differ from machine to machine, and "
        "with whatever else runs on it: what counts are the ratios, each of contenders that took "
        "turns in the same rounds. A ratio is the median of the rounds' ratios.",
        "",
        *_machine(),
        "",
    ]
    return "\n".join(head + [f"## {name}\n\n{text}" for name, text in sections.items()])


def _sections_of(page: str) -> dict[str, str]:
    """The sections of a page that was written before, by their headings."""
    parts = (part.partition("\n\n") for part in f"\n{page}".split("\n## ")[1:])
    return {name: f"{text.rstrip()}\n" for name, _, text in parts}


def _machine() -> list[str]:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return [
        f"- {os.cpu_count()} cores of {_processor()}, {platform.system()} {platform.release()}",
        f"- SQLite {sqlite3.sqlite_version}, Apache Kafka {KAFKA_VERSION}, one broker on the same "
        "machine",
        f"- {libraries}",
    ]


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line for line in file if line.startswith("model name")]
        return names[0].partition(":")[2].strip()
    except (OSError, IndexError):
        return platform.machine()


def _section(result: Result, profiles: Mapping[str, Profile]) -> str:
    workload = result.workload
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    lines = [
        workload.about,
        "",
        f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC by Python {platform.python_version()} "
        f"({platform.python_compiler()}); load at the end of the run {load} (1, 5, 15 minutes).",
        "",
        f"| row | {' | '.join(workload.headings)} | what it does |",
        "|---|---|---|---|---|---|---|",
        *(f"| {' | '.join(cells)} | {workload.rows[cells[0]]} |" for cells in cells_of(result)),
        "",
        *(f"- {line}" for line in verdicts(result)),
        "",
    ]
    for row, goal in {goal.ours: goal for goal in result.missed()}.items():
        lines += _why(result, goal, profiles.get(row))
    return "\n".join(lines)


def _why(result: Result, goal: Goal, profile: Profile | None) -> list[str]:
    cause = goal.cause(result.middle(goal.ours)) if goal.cause else "not looked into"
    lines = [f"Why `{goal.ours}` misses its goal: {cause}.", ""]
    if profile is not None:
        lines += ["```text", *profile.lines(), "```", ""]
    return lines
