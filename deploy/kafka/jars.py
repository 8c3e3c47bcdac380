"""Fetches the jars of one Apache Kafka version from Maven Central, once, into a cache folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

KAFKA_VERSION = "4.3.1"  # the newest that runs on Java 17; deploy/kafka/pom.xml has the same
POM = Path(__file__).with_name("pom.xml")
DEFAULT_CACHE = Path(__file__).resolve().parents[2] / ".cache" / "kafka"
FETCH_TIMEOUT = 600.0  # seconds; about 45 MB over a slow line


class ClusterError(Exception):
    """The local Kafka cannot do what was asked; the text is one line: what, where, what to do."""


def jars_folder(version: str, cache: Path | None = None) -> Path:
    """Return where the jars of this version are, or would be."""
    return (cache or DEFAULT_CACHE) / version


def fetched(version: str, cache: Path | None = None) -> bool:
    """Tell whether the jars of this version are complete on this machine."""
    return any(jars_folder(version, cache).glob("kafka_2.13-*.jar"))


def fetch(version: str, cache: Path | None = None) -> Path:
    """Return the folder with the jars, asking Maven only when they are not there yet.

    Raises:
        ClusterError: Maven is missing, or could not fetch this version.
    """
    folder = jars_folder(version, cache)
    if fetched(version, cache):
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise ClusterError(
            f"Kafka {version} is not in {folder} and Maven is missing: install mvn, or copy the "
            "jars there"
        )
    # Beside its final place and renamed at the end: a fetch that was cut off, or one that runs
    # twice at once, never leaves half a folder that looks whole.
    partial = folder.with_name(f"{version}.partial-{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        _run_maven(maven, version, partial)
        _put_in_place(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def _run_maven(maven: str, version: str, target: Path) -> None:
    command = [maven, "-q", "-B", "-f", str(POM), f"-Dkafka.version={version}"]
    command += ["dependency:copy-dependencies", f"-DoutputDirectory={target}"]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=FETCH_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ClusterError(
            f"Maven did not fetch Kafka {version} within {FETCH_TIMEOUT:.0f} s"
        ) from error
    if answer.returncode != 0:
        reason = _first_error(answer.stdout + answer.stderr)
        raise ClusterError(f"Maven could not fetch Kafka {version}: {reason}")


def _first_error(output: str) -> str:
    """Return the first line that Maven marks as an error, without colours."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    errors = [line[len("[ERROR]") :].strip() for line in plain.splitlines() if "[ERROR]" in line]
    return next((line for line in errors if line), "no reason given; run it by hand to see")


def _put_in_place(partial: Path, folder: Path) -> None:
    try:
        partial.rename(folder)
    except OSError:
        if not any(folder.glob("kafka_2.13-*.jar")):  # else another fetch was faster
            raise
