"""Page drift: rows that move, vanish or hide between two pages of one list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from deploy.sandbox.collection import Collection

ACTIONS = ("move_later_to_front", "remove_earlier", "hide_earlier")


@dataclass(slots=True)
class DriftRule:
    """After page `after_page` (from 1) of a list was served, do `action` to `rows` rows.

    move_later_to_front: the last rows of the list become its first: the reader misses them.
    remove_earlier: rows of pages already served are deleted: later rows slip past the reader.
    hide_earlier: the same, but the rows can still be read by id.
    """

    provider: str
    listing: str  # "work-orders", an essensys resource ("chargesheet"), a Facilitee kind ("owners")
    action: str
    after_page: int = 1
    rows: int = 1
    times: int = 1
    applied: int = 0


class Drift:
    """The drift rules in force."""

    def __init__(self) -> None:
        self.rules: list[DriftRule] = []

    def add(
        self,
        provider: str,
        listing: str,
        action: str,
        *,
        after_page: int = 1,
        rows: int = 1,
        times: int = 1,
    ) -> DriftRule:
        """Add a rule; raises ValueError for an unknown action."""
        if action not in ACTIONS:
            raise ValueError(f"action must be one of {', '.join(ACTIONS)}, not {action!r}")
        rule = DriftRule(provider, listing, action, after_page, rows, times)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Drop all rules; what they did stays."""
        self.rules.clear()

    def page_served(
        self,
        provider: str,
        listing: str,
        collection: Collection,
        ids: Sequence[str],
        start: int,
        end: int,
    ) -> None:
        """Tell that rows start..end (0-based, end exclusive) of the result `ids` were served."""
        if not self.rules or end <= start:
            return
        page = start // (end - start) + 1
        for rule in self.rules:
            wanted = (rule.provider, rule.listing, rule.after_page) == (provider, listing, page)
            if wanted and rule.applied < rule.times:
                rule.applied += 1
                _disturb(rule, collection, ids, end)


def _disturb(rule: DriftRule, collection: Collection, ids: Sequence[str], end: int) -> None:
    if rule.action == "move_later_to_front":
        for record_id in ids[end:][-rule.rows :]:
            collection.move_to_front(record_id)
        return
    for record_id in ids[:end][: rule.rows]:
        if rule.action == "remove_earlier":
            collection.remove(record_id)
        else:
            collection.hide(record_id)


def as_json(rule: DriftRule) -> Mapping[str, Any]:
    """A rule as the control API shows it."""
    return asdict(rule)
