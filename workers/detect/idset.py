"""Which ids a sweep has met: eight bytes each, so that a list of a million costs little memory."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

PARTS: Final = 256  # sorted one after the other, so that sorting needs little memory


class IdSet:
    """A set of ids that knows only their hashes.

    Among a million ids two share a hash once in thirty million sweeps. One of them would look
    repeated, so the list is read again; or listed though it is gone, until the process restarts.
    """

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._parts = [array("q") for _ in range(PARTS)]
        self._sorted = True
        self.add_all(ids)

    def add_all(self, ids: Iterable[str]) -> None:
        """Add ids, known or not."""
        parts = self._parts
        for number in map(hash, ids):
            parts[number % PARTS].append(number)
        self._sorted = False

    def update(self, other: IdSet) -> None:
        """Add all that the other has."""
        for place, (part, its) in enumerate(zip(self._parts, other._parts, strict=True)):
            self._parts[place] = array("q", sorted({*part, *its}))
        self._sorted = True

    def __len__(self) -> int:
        return sum(map(len, self._in_order()))

    def __contains__(self, one: object) -> bool:
        number = hash(one)
        part = self._in_order()[number % PARTS]
        place = bisect_left(part, number)
        return place < len(part) and part[place] == number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IdSet) and self._in_order() == other._in_order()

    __hash__ = None  # type: ignore[assignment]

    def _in_order(self) -> list[array[int]]:
        if not self._sorted:
            self._parts = [array("q", sorted(set(part))) for part in self._parts]
            self._sorted = True
        return self._parts
