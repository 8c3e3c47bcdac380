"""The page of everything documented: our method for it, and how it is proven.

`python -m tests.adapters.contract.coverage_page` writes it anew to adapters/COVERAGE.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.adapters.contract import catalogue
from tests.adapters.contract.calls import CLIENTS, TOKEN
from tests.adapters.contract.catalogue import Operation, Resource
from tests.adapters.contract.unproven import NOT_A_BODY

PAGE: Final = Path(__file__).resolve().parents[3] / "adapters" / "COVERAGE.md"
TITLES: Final = {
    "plentific": "Plentific",
    "facilitee": "Facilitee",
    "planiso": "Planiso",
    "essensys": "essensys Operate",
}
PROOFS: Final = {"request": ("request", "rules"), "response": ("answer",), "error": ("error",)}
"""The tests that hold an operation, by the kind of example."""

HEAD: Final = """\
# Coverage

Everything that the four providers document, and the Python for it. This page is made from the
documents and the clients (`make coverage`), and a test fails where it is not true any more.

Proofs, each a test over real HTTP in [tests/adapters/contract](../tests/adapters/contract):

- **wire**: called against the simulated provider; method, path, query, headers, encoding and body
  are those of the document.
- **request**: the documented body is made again, equal in meaning, from a typed model.
- **rules**: every rule of the documented fields, broken once, fails before anything is sent.
- **answer**: the documented answer is read, and no field or value of it is unknown.
- **error**: the documented error is read, and the provider's words are kept.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, summary(), *map(rest_section, catalogue.REST), essensys_section(), ""])


def summary() -> str:
    """How much there is of each provider."""
    lines = ["| provider | documented | callable |", "|---|---|---|"]
    for provider in catalogue.REST:
        operations = catalogue.operations(provider)
        done = sum(has_method(provider, name) for name in operations)
        lines.append(f"| {TITLES[provider]} | {len(operations)} operations | {done} |")
    resources = catalogue.resources()
    lines.append(f"| {TITLES['essensys']} | {len(resources)} resources | {len(attributes())} |")
    return "\n".join(lines) + "\n"


def rest_section(provider: str) -> str:
    """A provider's operations, by the sections of its document."""
    lines = [f"## {TITLES[provider]}", ""]
    section = None
    for operation in catalogue.operations(provider).values():
        if operation.section != section:
            section = operation.section
            lines += [f"### {section}", "", "| method | on the wire | proofs |", "|---|---|---|"]
        lines.append(row(operation))
        if following_section(operation) != section:
            lines.append("")
    return "\n".join(lines)


def row(operation: Operation) -> str:
    """One operation's line."""
    name = f"`{CLIENTS[operation.provider].__name__}.{operation.name}`"
    if not has_method(operation.provider, operation.name):
        name = "**missing**"
    return f"| {name} | `{operation.method} {operation.path}` | {', '.join(proofs(operation))} |"


def proofs(operation: Operation) -> Iterator[str]:
    """The tests that hold an operation."""
    yield "wire"
    known = catalogue.examples(operation.provider)
    for kind, names in PROOFS.items():
        example = f"{operation.name}.{kind}"
        if example in known and f"{operation.provider}/{example}" not in NOT_A_BODY:
            yield from names[:1] if operation.name == TOKEN else names


def following_section(operation: Operation) -> str | None:
    """The section of the next operation; None after the last."""
    every = list(catalogue.operations(operation.provider).values())
    place = every.index(operation) + 1
    return every[place].section if place < len(every) else None


def essensys_section() -> str:
    """The resources of essensys."""
    lines = [f"## {TITLES['essensys']}", ""]
    lines += ["| resource | documented as | calls | proofs |", "|---|---|---|---|"]
    names = attributes()
    lines += [resource_row(one, names.get(one.path)) for one in catalogue.resources().values()]
    return "\n".join(lines)


def resource_row(resource: Resource, attribute: str | None) -> str:
    """One resource's line."""
    name = f"`EssensysClient.{attribute}`" if attribute else "**missing**"
    calls = ["get", "query"] if resource.get else []
    calls += ["put"] if resource.put else []
    calls += ["delete"] if resource.delete else []
    known = catalogue.examples("essensys")
    proven = ["wire"]
    proven += ["request"] if any(one.startswith(f"{resource.path}.put_") for one in known) else []
    proven += ["answer"] if f"{resource.path}.get" in known else []
    return f"| {name} | {resource.name} | {', '.join(calls)} | {', '.join(proven)} |"


def has_method(provider: str, name: str) -> bool:
    """Whether the client can be asked for an operation."""
    return hasattr(CLIENTS[provider], name)


def attributes() -> dict[str, str]:
    """The name on the client of each resource of essensys, by path."""
    client = CLIENTS["essensys"]
    found = {getattr(getattr(client, name), "path", None): name for name in dir(client)}
    return {path: name for path, name in found.items() if isinstance(path, str)}


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
