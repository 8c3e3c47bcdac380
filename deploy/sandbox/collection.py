"""Records of one kind, by id and in the order in which a list shows them."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from datetime import datetime
from typing import Any

Record = dict[str, Any]


class Collection:
    """Records by id; lists show them newest or oldest first, and that order can be disturbed."""

    def __init__(self, *, newest_first: bool) -> None:
        self._newest_first = newest_first
        self._records: dict[str, Record] = {}
        self._order: list[tuple[datetime, int, str]] = []  # oldest first; number breaks ties
        self._number = 0
        self._listing: list[str] | None = None

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    def __contains__(self, record_id: object) -> bool:
        return record_id in self._records

    def get(self, record_id: str) -> Record | None:
        """The record, or None."""
        return self._records.get(record_id)

    def __getitem__(self, record_id: str) -> Record:
        return self._records[record_id]

    def having(self, ids: list[str], name: str, value: object) -> list[str]:
        """Those of the ids whose record has a field, shown or hidden, of this value."""
        records, hidden = self._records, f"_{name}"
        return [
            one
            for one in ids
            for record in (records[one],)
            if (record[name] if name in record else record.get(hidden)) == value
        ]

    def add(self, record_id: str, created: datetime, record: Record) -> None:
        """Add a record at its place by creation time; raises ValueError when the id is taken."""
        if record_id in self._records:
            raise ValueError(f"{record_id} exists already")
        self._records[record_id] = record
        self._number += 1
        insort(self._order, (created, self._number, record_id))
        self._listing = None

    def remove(self, record_id: str) -> Record:
        """Delete a record; raises KeyError when it does not exist."""
        record = self._records.pop(record_id)
        self.hide(record_id)
        return record

    def hide(self, record_id: str) -> None:
        """Leave a record out of lists from now on; it can still be read by its id."""
        self._order = [entry for entry in self._order if entry[2] != record_id]
        self._listing = None

    def move_to_front(self, record_id: str) -> None:
        """Make a record the first that lists show."""
        entry = next(entry for entry in self._order if entry[2] == record_id)
        self._order.remove(entry)
        self._order.insert(len(self._order) if self._newest_first else 0, entry)
        self._listing = None

    def listing(self) -> list[str]:
        """The ids in the order of lists; do not change the answer."""
        if self._listing is None:
            ids = [record_id for _, _, record_id in self._order]
            self._listing = ids[::-1] if self._newest_first else ids
        return self._listing
