"""Proves from the provider's record that each call came once, in order per key, none refused."""

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
