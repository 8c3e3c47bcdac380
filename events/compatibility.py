"""Would a reader break on what another schema than its own allows? Lists every way it would.

Readers validate with the schema that they have, and rely on what it guarantees. They meet newer
events, for they are not deployed with us (`breaking_changes`), and older ones, for topics keep them
and a replay tells them again (`unreadable`).

Everything that the new schema allows must be allowed by the old one, in every part that the old one
knows:

- allowed: a new property, guaranteed or not; a value that is guaranteed now; fewer enum values;
  a narrower type (`integer` for `number`, no more null); a stricter bound; new texts, examples.
- breaking: a property gone, or no longer guaranteed; null or another type where it was not; a new
  enum value where the old schema lists them all; a bound, pattern or format loosened or changed.
  A keyword that this module does not know must stay as it is.

Older events are read the other way round: all that the old schema allows must be allowed by the new
one, which may have more properties, but cannot guarantee them. Both together leave one thing that
may change within a version: properties come, and none of them is required.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_ANNOTATIONS = frozenset(
    [
        "$id",
        "$schema",
        "$comment",
        "$defs",
        "title",
        "description",
        "default",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
    ]
)
_LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_COMPARED = frozenset(
    [*_LOWER_BOUNDS, *_UPPER_BOUNDS, "type", "enum", "const", "properties", "required"]
) | {"additionalProperties", "items"}


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """List the ways in which readers of `old` would break, one line each: place and reason.

    Both are JSON Schemas of one event's data, with local `$ref`s only.
    """
    return list(_compare(_inline(old, old), _inline(new, new), "", relied_on=True))


def unreadable(older: Schema, reader: Schema) -> list[str]:
    """List the places where events of an older schema do not fit what a reader has now.

    What older events may hold beyond their schema is left aside: its producers wrote nothing so.
    """
    found = _compare(_inline(reader, reader), _inline(older, older), "", relied_on=False)
    places = dict.fromkeys(fault.partition(": ")[0] for fault in found)
    return [f"{place}: older events do not fit (what is new needs a default)" for place in places]


def _inline(node: Any, root: Schema, inside: tuple[str, ...] = ()) -> Any:
    """Put what a `$ref` points at in its place; one that holds itself keeps its inner `$ref`."""
    if isinstance(node, list):
        return [_inline(part, root, inside) for part in node]
    if not isinstance(node, Mapping):
        return node
    rest = {name: _inline(part, root, inside) for name, part in node.items() if name != "$defs"}
    target = node.get("$ref")
    if not isinstance(target, str) or target in inside:
        return rest
    found: Any = root
    for step in target.removeprefix("#/").split("/"):
        found = found[step]
    del rest["$ref"]
    return {**_inline(found, root, (*inside, target)), **rest}


def _compare(old: Any, new: Any, place: str, *, relied_on: bool) -> Iterator[str]:
    """Compare two places, either of which may offer alternatives (`anyOf`, a list of types).

    Where readers rely on what `old` names, all of that must be there; else only what it requires.
    """
    accepted = _alternatives(old)
    for offered in _alternatives(new):
        complaints = [list(_compare_one(one, offered, place, relied_on)) for one in accepted]
        if all(complaints):
            same_type = [
                found
                for option, found in zip(accepted, complaints, strict=True)
                if option.get("type") == offered.get("type")
            ]
            if same_type or len(complaints) == 1:
                yield from (same_type or complaints)[0]
            else:
                yield f"{place or 'data'}: may be {_named(offered)} now"


def _alternatives(schema: Any) -> list[Schema]:
    if schema is True:
        return [{}]
    if schema is False:
        return [{"not": {}}]
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            rest = {name: part for name, part in schema.items() if name != keyword}
            return [
                {**rest, **option} for part in schema[keyword] for option in _alternatives(part)
            ]
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": name} for name in schema["type"]]
    return [schema]


def _compare_one(old: Schema, new: Schema, place: str, relied_on: bool) -> Iterator[str]:
    at = place or "data"
    if not _type_fits(old, new):
        yield f"{at}: was {_named(old)}, may be {_named(new)} now"
        return
    yield from (f"{at}: {fault}" for fault in _compare_values(old, new))
    yield from _compare_properties(old, new, place, relied_on)
    if "items" in old:
        items = new.get("items", True)
        yield from _compare(old["items"], items, f"{place}[]", relied_on=relied_on)


def _type_fits(old: Schema, new: Schema) -> bool:
    if "type" not in old or old["type"] == new.get("type"):
        return True
    return old["type"] == "number" and new.get("type") == "integer"


def _compare_values(old: Schema, new: Schema) -> Iterator[str]:
    """Compare what is said of the value itself: its choices, its bounds, and everything else."""
    if (known := _choices(old)) is not None:
        offered = _choices(new)
        if offered is None:
            yield "its values were listed, any value may come now"
        elif gained := [value for value in offered if value not in known]:
            yield f"has the new values {', '.join(map(repr, gained))}"
    for keyword in _LOWER_BOUNDS:
        if keyword in old and (keyword not in new or new[keyword] < old[keyword]):
            yield f"{keyword} was {old[keyword]}, is {new.get(keyword, 'gone')}"
    for keyword in _UPPER_BOUNDS:
        if keyword in old and (keyword not in new or new[keyword] > old[keyword]):
            yield f"{keyword} was {old[keyword]}, is {new.get(keyword, 'gone')}"
    for keyword in sorted(set(old) - _ANNOTATIONS - _COMPARED):
        if old[keyword] != new.get(keyword):
            yield f"{keyword} was {old[keyword]!r}, is {new.get(keyword, 'gone')!r}"


def _choices(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    choices: list[Any] | None = schema.get("enum")
    return choices


def _compare_properties(old: Schema, new: Schema, place: str, relied_on: bool) -> Iterator[str]:
    dot = f"{place}." if place else ""
    old_properties, new_properties = old.get("properties", {}), new.get("properties", {})
    required = old.get("required", ())
    lacking = [name for name in required if name not in new.get("required", ())]
    for name in dict.fromkeys([*old_properties, *required]):
        if name in new_properties:
            if name in lacking:
                yield f"{dot}{name}: was always there, may be absent now"
            known = old_properties.get(name, True)
            yield from _compare(known, new_properties[name], f"{dot}{name}", relied_on=relied_on)
        elif (relied_on and name in old_properties) or name in lacking:
            yield f"{dot}{name}: is gone"
    rest = old.get("additionalProperties", True)
    for name in sorted(new_properties.keys() - old_properties.keys()):
        yield from _compare_extra(rest, new_properties[name], f"{dot}{name}", relied_on)
    if rest is not True:
        others = new.get("additionalProperties", True)
        yield from _compare_extra(rest, others, f"{dot}*", relied_on)


def _compare_extra(rest: Any, offered: Any, place: str, relied_on: bool) -> Iterator[str]:
    """Judge a property that the old schema has no name for, by what it says of such."""
    if offered is False:
        return
    if rest is False:
        yield f"{place}: readers accept no such property"
    else:
        yield from _compare(rest, offered, place, relied_on=relied_on)


def _named(schema: Schema) -> str:
    return str(schema.get("type", "any type"))
