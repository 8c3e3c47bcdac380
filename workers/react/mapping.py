"""Mappings: what an id of one system is in another; a missing one says exactly what to add."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from workers.react.reaction import Blocked, Missing


def look_up(table: Mapping[str, str], keys: Sequence[str | None], where: str) -> str:
    """Return the entry of the first key that the table has.

    Args:
        table: The mapping from the configuration.
        keys: The names under which the entry may stand, best first.
        where: The mapping's place in the configuration, for the message.

    Raises:
        Missing: None of the keys is there; the text is the line to add.
    """
    named = [key for key in keys if key]
    for key in named:
        if key in table:
            return table[key]
    if not named:
        raise Blocked(f"{where}: the event names nothing to look up")
    # quoted as JSON, which TOML reads: the line can be copied whatever the key holds
    first, *others = (json.dumps(key, ensure_ascii=False) for key in named)
    raise Missing(f'{where}: add {first} = "…"' + "".join(f" (or {key})" for key in others))


def read_table(path: Path) -> dict[str, str]:
    """Read a two-column CSV file (ours, theirs) with a header line.

    Raises:
        ValueError: The file cannot be read, or a line has not two columns or repeats a key.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path}: not a CSV file in UTF-8") from error
    table: dict[str, str] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        if len(row) != 2 or not all(cell.strip() for cell in row):
            raise ValueError(f"{path}, line {number}: needs two columns")
        key, value = (cell.strip() for cell in row)
        if key in table:
            raise ValueError(f"{path}, line {number}: {key!r} stands there twice")
        table[key] = value
    return table
