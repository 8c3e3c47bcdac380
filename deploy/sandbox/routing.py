"""Find the operation of a path among path templates such as `/work-orders/{uuid}`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar


class Routable(Protocol):
    """What a route table can hold."""

    @property
    def method(self) -> str:
        """The HTTP method."""

    @property
    def path(self) -> str:
        """The path template."""


T = TypeVar("T", bound=Routable)


class RouteTable(Generic[T]):
    """Operations by path template and method; fixed paths are found without a search."""

    def __init__(self, operations: Iterable[T]) -> None:
        self._fixed: dict[str, dict[str, T]] = {}
        templates: dict[str, dict[str, T]] = {}
        for operation in operations:
            table = templates if "{" in operation.path else self._fixed
            table.setdefault(operation.path, {})[operation.method] = operation
        self._templates = [(_pattern(path), methods) for path, methods in templates.items()]

    def find(self, path: str) -> tuple[dict[str, T], dict[str, str]] | None:
        """The operations of a path by method, with its path parameters; None: no such path."""
        if path in self._fixed:
            return self._fixed[path], {}
        for pattern, methods in self._templates:
            match = pattern.fullmatch(path)
            if match:
                return methods, match.groupdict()
        return None


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(
            f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part)
            for index, part in enumerate(parts)
        )
    )
