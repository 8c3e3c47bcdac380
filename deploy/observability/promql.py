"""The few shapes that PromQL expressions of ours have more than once."""

from __future__ import annotations


def share(part: str, whole: str) -> str:
    """Part of the whole, 0 where there is none of it; both by the same labels."""
    return f"({part} or 0 * {whole}) / ({whole} > 0)"


def risen(metric: str, chosen: str, by: str, within: str) -> str:
    """How far a counter rose, where it did.

    A counter with labels begins at 1, of which `increase` knows nothing: the first time counts too.
    """
    total = f"sum by ({by}) ({metric}{chosen})"
    before = f"sum by ({by}) ({metric}{chosen} offset {within})"
    return f"sum by ({by}) (increase({metric}{chosen}[{within}])) > 0 or ({total} unless {before})"
