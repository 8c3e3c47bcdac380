"""Reads PromQL as Prometheus would, and says which labels its result has.

Prometheus answers a mistyped name, a label that is not there or sides that never match with an
empty result: a dashboard stays blank and an alert silent. Here these are mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import promql_parser as ast

Labels = frozenset[str]
NO_LABELS: Final[Labels] = frozenset()
SETS: Final = ("and", "or", "unless")
SCALARS: Final = ("time",)


class Mistake(Exception):
    """The expression can never give what it is meant to."""


@dataclass(frozen=True)
class Reader:
    """Knows which series there are, with their labels."""

    series: Mapping[str, Labels]

    def labels(self, expression: str) -> Labels:
        """The labels that every series of the result has.

        Raises:
            Mistake: It is no PromQL, or can never give what it is meant to.
        """
        try:
            parsed = ast.parse(expression)
        except ValueError as error:
            raise Mistake(f"{expression}: {error}") from error
        return self._of(parsed) or NO_LABELS

    def _of(self, node: ast.Expr) -> Labels | None:
        """The labels of a vector; None for a number."""
        match node:
            case ast.NumberLiteral() | ast.StringLiteral():
                return None
            case ast.ParenExpr() | ast.UnaryExpr() | ast.SubqueryExpr():
                return self._of(node.expr)
            case ast.MatrixSelector():
                return self._selected(node.vector_selector)
            case ast.VectorSelector():
                return self._selected(node)
            case ast.Call():
                return self._called(node)
            case ast.AggregateExpr():
                return self._aggregated(node)
            case ast.BinaryExpr():
                return self._joined(node)
        raise Mistake(f"{type(node).__name__} is not looked into")

    def _selected(self, node: ast.VectorSelector) -> Labels:
        name = node.name or "series without a name"
        if name not in self.series:
            raise Mistake(f"there is no {name}")
        known = self.series[name]
        for matcher in node.matchers.matchers:
            self._must_have(known, matcher.name, name)
        return known

    def _called(self, node: ast.Call) -> Labels | None:
        name = node.func.name
        if name in SCALARS:
            return None
        found = [self._of(one) for one in node.args]
        if name in ("vector", "absent"):
            return NO_LABELS
        labels = next((one for one in found if one is not None), NO_LABELS)
        if name == "histogram_quantile":
            self._must_have(labels, "le", name)
            return labels - {"le"}
        return labels

    def _aggregated(self, node: ast.AggregateExpr) -> Labels:
        within = self._of(node.expr) or NO_LABELS
        if node.modifier is None:
            return NO_LABELS
        if node.modifier.type != ast.AggModifierType.By:
            raise Mistake("without(...): name the labels that stay")
        for label in node.modifier.labels:
            self._must_have(within, label, str(node.op))
        return frozenset(node.modifier.labels)

    def _joined(self, node: ast.BinaryExpr) -> Labels | None:
        left, right = self._of(node.lhs), self._of(node.rhs)
        if left is None or right is None:
            return left if right is None else right
        operator = str(node.op)
        matching = node.modifier.matching if node.modifier else None
        if matching is not None:
            for label in matching.labels:
                self._must_have(left & right, label, f"{operator} on")
            return left if operator in SETS else frozenset(matching.labels)
        if operator == "or":
            return left & right
        if left != right:
            raise Mistake(f"{sorted(left)} {operator} {sorted(right)} never match")
        return left

    @staticmethod
    def _must_have(labels: Labels, label: str, whose: str) -> None:
        if label not in labels:
            raise Mistake(f"{whose}: there is no label {label}, only {sorted(labels)}")


def without_variables(expression: str, values: Mapping[str, str]) -> str:
    """Put in values for Grafana's variables, the longest names first."""
    longest: Callable[[str], int] = len
    for name in sorted(values, key=longest, reverse=True):
        expression = expression.replace(f"${name}", values[name])
    return expression
