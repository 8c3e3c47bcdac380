"""What holds of the comparison for any schemas: it misses nothing, and small steps add up."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from events.compatibility import breaking_changes, unreadable

Schema = dict[str, Any]
NAMES = ("a", "b", "c")

scalars: st.SearchStrategy[Schema] = st.one_of(
    st.sampled_from(
        [
            {"type": "string"},
            {"type": "null"},
            {"type": "integer"},
            {"type": "number"},
            {"type": "string", "minLength": 1},
            {"type": "integer", "minimum": 1},
            {},
        ]
    ),
    st.sets(st.sampled_from(["", "x", "y"]), min_size=1).map(
        lambda words: {"type": "string", "enum": sorted(words)}
    ),
)


def _objects(fields: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.builds(
        lambda properties, required, rest: (
            {
                "type": "object",
                "properties": properties,
                "required": [name for name in required if name in properties],
            }
            | ({} if rest is None else {"additionalProperties": rest})
        ),
        st.dictionaries(st.sampled_from(NAMES), fields),
        st.sets(st.sampled_from(NAMES)).map(sorted),
        st.sampled_from([None, False, {"type": "string"}]),
    )


def _wider(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.one_of(
        _objects(inner),
        st.lists(inner, min_size=1, max_size=2).map(lambda options: {"anyOf": options}),
        inner.map(lambda items: {"type": "array", "items": items}),
    )


schemas = _objects(st.recursive(scalars, _wider, max_leaves=3))

VALUES: tuple[Any, ...] = (
    *(None, "", "x", "z", 0, 1, 1.5, [], ["x"], [None]),
    *({}, {"a": "x"}, {"a": None}, {"b": 0}, {"a": "x", "b": "z"}),
)


@st.composite
def versions(draw: st.DrawFn) -> tuple[Schema, Schema]:
    """A schema and one like it: most pairs of two unrelated ones would break in some way."""
    old = draw(schemas)
    new = {**old, "properties": dict(old["properties"])}
    new["properties"][draw(st.sampled_from(NAMES))] = draw(scalars)
    dropped = draw(st.sets(st.sampled_from(NAMES), max_size=1))
    new["required"] = sorted(set(old["required"]) - dropped)
    return old, new


@st.composite
def documents(draw: st.DrawFn, schema: Schema) -> dict[str, Any]:
    """What a producer with that schema writes."""
    written = {}
    for name, part in schema["properties"].items():
        possible = [value for value in VALUES if fits(part, value)]
        if possible and (name in schema["required"] or draw(st.booleans())):
            written[name] = draw(st.sampled_from(possible))
    assume(fits(schema, written))
    return written


def fits(schema: Schema, document: object) -> bool:
    return Draft202012Validator(schema).is_valid(document)


@settings(max_examples=120)
@given(versions(), st.data())
def test_where_nothing_breaks_every_new_document_fits_the_old_schema(
    pair: tuple[Schema, Schema], data: st.DataObject
) -> None:
    old, new = pair
    assume(not breaking_changes(old, new))

    assert fits(old, data.draw(documents(new)))


@settings(max_examples=120)
@given(versions(), st.data())
def test_where_older_events_fit_every_old_document_fits_the_new_schema(
    pair: tuple[Schema, Schema], data: st.DataObject
) -> None:
    older, reader = pair
    assume(not unreadable(older, reader))

    assert fits(reader, data.draw(documents(older)))


@settings(max_examples=120)
@given(versions(), st.data())
def test_steps_that_break_nobody_break_nobody_together(
    pair: tuple[Schema, Schema], data: st.DataObject
) -> None:
    first, second = pair
    third = {**second, "properties": dict(second["properties"])}
    third["properties"][data.draw(st.sampled_from(NAMES))] = data.draw(scalars)
    assume(not breaking_changes(first, second) and not breaking_changes(second, third))

    assert breaking_changes(first, third) == []
