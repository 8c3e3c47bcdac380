"""The AsyncAPI document as an HTML page that loads nothing: topics, events, fields, examples."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, Final

Json = dict[str, Any]

_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .875rem; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid; border-radius: .25rem; }
.fields { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption, th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; }
tr { border-bottom: 1px solid GrayText; }
input { font: inherit; width: 100%; max-width: 30rem; padding: .25rem; }
section { border-top: 2px solid; margin-top: 2rem; }
summary { cursor: pointer; padding: .25rem 0; }
"""

_SCRIPT: Final = """
const form = document.querySelector("form"), found = document.querySelector("output");
const topics = [...document.querySelectorAll("section")];
const look = () => {
  const words = form.q.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const topic of topics)
    topic.hidden = !words.every((word) => topic.dataset.words.includes(word));
  const shown = topics.filter((topic) => !topic.hidden).length;
  found.textContent = `${shown} of ${topics.length} topics`;
};
form.hidden = false;
form.addEventListener("input", look);
form.addEventListener("submit", (event) => event.preventDefault());
look();
"""

_SEARCH: Final = """\
<form role="search" hidden>
<label for="q">Find a topic, an event or a field</label><br>
<input type="search" id="q" name="q" autocomplete="off">
<output for="q"></output>
</form>
"""


def _allowed(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


SECURITY_POLICY: Final = (
    f"default-src 'none'; style-src {_allowed(_STYLE)}; script-src {_allowed(_SCRIPT)}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The `Content-Security-Policy` of the page: nothing is loaded, and nothing runs but its own."""


@dataclass(frozen=True)
class Field:
    """One line of the table of fields: `path` as in `invoice.items[].line`."""

    path: str
    kind: str
    always: bool
    about: str


def page(document: Json) -> str:
    """Write the page of a document that `events.asyncapi` built."""
    topics = [_topic(document, channel) for channel in document["channels"].values()]
    info = document["info"]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(info['title'])}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(info['title'])} <small>{escape(info['version'])}</small></h1>\n"
        f"{_paragraphs(info['description'])}{_servers(document)}"
        '<p>The same for programs: <a href="asyncapi.json">asyncapi.json</a> (AsyncAPI 3.0).</p>\n'
        f"{_SEARCH}{''.join(topics)}</main>\n"
        f"<script>{_SCRIPT}</script>\n</body>\n</html>\n"
    )


def fields(document: Json, schema: Json) -> Iterator[Field]:
    """List the fields of an object, those of its parts behind each."""
    yield from _fields(document, schema, "", ())


def _topic(document: Json, channel: Json) -> str:
    messages = [_found(document, message) for message in channel["messages"].values()]
    payload = _found(document, messages[0]["payload"])
    rows = list(fields(document, payload))
    words = " ".join([channel["address"], *channel["messages"], *(row.path for row in rows)])
    name = escape(channel["address"])
    kafka = channel["bindings"]["kafka"]
    counts = [f"{kafka[count]} {count}" for count in ("partitions", "replicas") if count in kafka]
    key = escape(messages[0]["bindings"]["kafka"]["key"]["description"])
    return (
        f'<section data-words="{escape(words.lower())}" aria-labelledby="{name}">\n'
        f'<h2 id="{name}"><a href="#{name}">{name}</a></h2>\n'
        f"<p>Key: {_code(key)} {', '.join(counts)}</p>\n"
        f"{''.join(map(_event, messages))}{_table(rows)}</section>\n"
    )


def _event(message: Json) -> str:
    example = message["examples"][0]
    key = message["bindings"]["kafka"]["key"]["examples"][0]
    lines = [f"key: {key}", *(f"{name}: {text}" for name, text in example["headers"].items())]
    value = json.dumps(example["payload"], indent=2, ensure_ascii=False)
    return (
        f"<details><summary><code>{escape(message['name'])}</code></summary>\n"
        f"<pre>{escape(chr(10).join(lines))}\n\n{escape(value)}</pre></details>\n"
    )


def _table(rows: list[Field]) -> str:
    written = "".join(
        f'<tr><th scope="row"><code>{escape(row.path)}</code></th><td>{escape(row.kind)}</td>'
        f"<td>{'yes' if row.always else 'no'}</td><td>{_code(escape(row.about))}</td></tr>\n"
        for row in rows
    )
    heads = "".join(
        f'<th scope="col">{name}</th>' for name in ("Field", "Type", "Always there", "About")
    )
    return (
        '<div class="fields" tabindex="0" role="region" aria-label="Fields of the value">\n'
        f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{written}</tbody>\n</table></div>\n"
    )


def _fields(document: Json, schema: Json, place: str, inside: tuple[int, ...]) -> Iterator[Field]:
    for name, part in schema.get("properties", {}).items():
        path = f"{place}.{name}" if place else name
        options = _options(document, part)
        about = next((one["description"] for one in [part, *options] if "description" in one), "")
        kind = " or ".join(dict.fromkeys(_kind(document, one) for one in options))
        yield Field(path, kind, name in schema.get("required", ()), about)
        for option in options:
            item, mark = option, ""
            while "items" in item:
                item, mark = _found(document, item["items"]), f"{mark}[]"
            if "properties" in item and id(item) not in inside:
                yield from _fields(document, item, f"{path}{mark}", (*inside, id(item)))


def _options(document: Json, schema: Json) -> list[Json]:
    whole = _found(document, schema)
    return [
        option
        for part in whole.get("anyOf", [whole])
        for option in ([part] if part is whole else _options(document, part))
    ]


def _kind(document: Json, schema: Json) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "items" in schema:
        items = _options(document, schema["items"])
        return f"array of {' or '.join(_kind(document, item) for item in items)}"
    kind = str(schema.get("type", "any"))
    if "format" in schema:
        return f"{kind} ({schema['format']})"
    if "examples" in schema:
        return f"{kind}, such as {schema['examples'][0]}"
    return kind


def _found(document: Json, node: Json) -> Json:
    while "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def _servers(document: Json) -> str:
    servers = document.get("servers", {}).values()
    told = ", ".join(f"<code>{escape(one['host'])}</code> ({one['protocol']})" for one in servers)
    return f"<p>Kafka: {told}</p>\n" if told else ""


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_code(escape(part))}</p>\n" for part in text.strip().split("\n\n"))


def _code(escaped: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped)
