"""Proves from a provider's record that each call came once and in order, each look from one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from events.envelope import Event
from tests.benchmarks.material import CALLS, stamp


def check_record(record: Mapping[str, object], events: Sequence[Event]) -> None:
    """Every call came once, a key's calls in order and one after the other, none was refused.

    Raises:
        AssertionError: not so.
    """
    calls = record["calls"]
    assert isinstance(calls, list)
    assert record["refused"] == 0, f"{record['refused']} calls were refused"
    wanted = [
        stamp(event.key, event.sequence, call) for event in events for call in range(1, CALLS + 1)
    ]
    assert sorted(reference for reference, _, _ in calls) == sorted(wanted), "not each call once"
    by_key = defaultdict[str, list[tuple[list[int], float, float]]](list)
    for reference, came, went in calls:
        key, *place = reference.split(" ")
        by_key[key].append(([int(number) for number in place], came, went))
    for key, made in by_key.items():
        in_order = sorted(made, key=lambda call: call[1])
        for (earlier, _, went), (later, came, _) in pairwise(in_order):
            assert earlier < later, f"{key}: {later} came after {earlier}"
            assert went <= came, f"{key}: {later} came before {earlier} was answered"


def check_looks(
    pages: Sequence[tuple[str, str, int]],
    connections: Sequence[str],
    looks: int,
    starts: Sequence[int],
) -> None:
    """Each connection was looked at so many times, one look after the other, each by one process.

    `pages` tells who was asked, with which process's token, from where on: each look asks for
    each of the `starts` once, and nobody asks for more.

    Raises:
        AssertionError: not so.
    """
    asked = defaultdict[str, list[tuple[str, int]]](list)
    for connection, token, start in pages:
        asked[connection].append((token, start))
    counts = {connection: len(asked[connection]) / len(starts) for connection in asked}
    assert counts == dict.fromkeys(connections, looks), f"looks at each connection: {counts}"
    for connection, calls in asked.items():
        for first in range(0, len(calls), len(starts)):
            look = calls[first : first + len(starts)]
            where = f"{connection}, look {first // len(starts) + 1}"
            assert len({token for token, _ in look}) == 1, f"{where}: two processes at once"
            assert sorted(start for _, start in look) == [*starts], f"{where}: not each page once"
