"""A resource as the document has it, for all those that need no hand of their own."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from datetime import datetime
from typing import Any, Literal

from deploy.sandbox.collection import Record
from deploy.sandbox.essensys import inputs, special
from deploy.sandbox.essensys.data import EssensysData
from deploy.sandbox.essensys.document import DocumentedResource, FieldRule, Kind
from deploy.sandbox.essensys.fields import Field, Read, stored
from deploy.sandbox.essensys.inputs import Check
from deploy.sandbox.essensys.resource import PutForm, Resource
from deploy.sandbox.essensys.stored import add, name_of

NO_IMAGE = "/SPACECONTROL/v2/Controls/img/no_image.jpg"
LONG_TEXT = 32767

_DEFAULTS: Mapping[Kind, str | None] = {"number": "0", "flag": "false", "bit": "0"}
_COMPARED: Mapping[Kind, Literal["text", "number", "date"]] = {"number": "number", "date": "date"}
_FORMATS: Mapping[str, Check] = {
    "date": inputs.date_only,
    "datetime": inputs.date_time,
    "currency with symbol": inputs.money,
    "decimal without symbol": inputs.bare_money,
    "percent": inputs.percent,
    "number": inputs.number,
    "number or id": inputs.number,
    "code": inputs.code,
    "html object": inputs.markup,
}
# Products, product groups and taxes are no resources of the document, but their ids are used.
_Table = Callable[[EssensysData], Mapping[str, Any]]
_OUTSIDE: Mapping[str, _Table] = {
    "product": lambda data: data.products,
    "bundledproduct": lambda data: data.products,
    "journalproduct": lambda data: data.products,
    "resource": lambda data: data.products,
    "productgroup": lambda data: data.product_groups,
    "tax": lambda data: data.taxes,
}
_EMPTY = "text (empty in the example)"


def resource_of(documented: DocumentedResource) -> Resource:
    """The resource that behaves as documented."""
    path = documented.path
    visible = documented.visible
    readable = tuple(rule for rule in documented.fields if not rule.unread)
    fields = tuple(_field(documented, rule) for rule in visible)
    hidden = tuple(_field(documented, rule) for rule in readable if rule not in visible)
    make = special.MAKE.get(path, _maker(documented))
    return Resource(
        path,
        documented.plural,
        documented.id_field,
        records=lambda data: data.collection(path),
        fields=lambda _data: fields,
        shows=special.SHOWS.get(path, lambda _data, _record: True),
        put=_put_form(documented, make) if documented.put else None,
        can_delete=documented.delete,
        can_get=documented.get,
        put_plural=documented.put_plural,
        queryable=hidden,
        by_id_answers_all=path == "contracttype",
        make=None if path == "bookingconflict" else make,
    )


def _field(resource: DocumentedResource, rule: FieldRule) -> Field:
    read = special.DERIVED.get(resource.path, {}).get(rule.name, stored(rule.name))
    default = special.DEFAULTS.get((resource.path, rule.name), _DEFAULTS.get(rule.kind))
    kind = _COMPARED.get(rule.kind, "text")
    if rule.is_image:
        return Field(rule.name, kind, read, twin_name=f"output_{rule.name}", default=NO_IMAGE)
    if rule.name in (resource.id_field, "id"):
        return Field(rule.name, kind, read)
    name = _name_read(resource, rule, read)
    if name is None:
        return Field(rule.name, kind, read, default=default)
    return Field(rule.name, kind, read, name, default=default, twin_if_known=True)


def _name_read(resource: DocumentedResource, rule: FieldRule, read: Read) -> Read | None:
    """Reads the name of what a field refers to, None if it refers to nothing."""
    table = _outside(rule)
    if table is not None:
        return lambda data, record: _text(table(data).get(read(data, record)))
    # bookingconflict's "from Calendar" says that a field is the booking's, not that it is an id.
    of_booking = resource.path == "bookingconflict" and rule.refers == "calendar"
    if not rule.is_reference or of_booking:
        return None
    if rule.refers:
        return lambda data, record: name_of(data, rule.refers, read(data, record))
    return lambda data, record: _fictional(rule.name, read(data, record))


def _fictional(name: str, record_id: str | None) -> str | None:
    """The name of what the document has no resource for, a user for example."""
    return None if record_id in (None, inputs.UNRESOLVED) else f"Fictional {name} {record_id}"


def _text(named: Any) -> str | None:
    """The text of a product or tax, which have more than a name, or of a product group."""
    return named if named is None or isinstance(named, str) else named.name


def _outside(rule: FieldRule) -> _Table | None:
    """The table of products, groups or taxes that an id is in; tax can be an amount as well."""
    if rule.type not in (None, "int") or rule.reads or (rule.name == "tax" and not rule.put):
        return None
    return _OUTSIDE.get(rule.name)


def _put_form(documented: DocumentedResource, make: special.Create) -> PutForm:
    written = [rule for rule in documented.fields if rule.put]
    own = documented.id_field
    required = frozenset(rule.name for rule in written if rule.minimum)

    def create(data: EssensysData, values: Mapping[str, str], now: datetime) -> Record:
        # A PUT makes new records: an id of its own that it brings does not count.
        return make(data, {name: value for name, value in values.items() if name != own}, now)

    return PutForm(
        {rule.name: _check(documented, rule) for rule in written},
        required,
        create,
        may_be_empty=frozenset(
            rule.name for rule in written if rule.name == own or rule.put == _EMPTY
        ),
        objects=frozenset(rule.name for rule in written if rule.put == "html object"),
    )


def _maker(documented: DocumentedResource) -> special.Create:
    return lambda data, values, now: add(data, documented, values, now)


def _check(documented: DocumentedResource, rule: FieldRule) -> Check:
    if rule.name == documented.id_field:
        return inputs.code
    if rule.put.startswith("multi-select"):
        return inputs.references(_table(rule), rule.refers) if rule.refers else inputs.label()
    if rule.kind in ("flag", "bit"):
        return _boolean(rule)
    if rule.is_reference or (rule.refers and rule.put == _EMPTY):
        return _reference(rule)
    if _outside(rule) is not None:
        return _reference(rule)
    if rule.kind == "text" and rule.put not in ("html object", "date", "datetime"):
        return inputs.label(rule.size or LONG_TEXT)
    if rule.put in _FORMATS:
        return _FORMATS[rule.put]
    return inputs.code if rule.type == "int" else inputs.label(rule.size or LONG_TEXT)


def _boolean(rule: FieldRule) -> Check:
    if rule.kind == "bit":
        return inputs.bit
    return inputs.boolean if rule.put == "boolean" else inputs.boolean_or_code


def _reference(rule: FieldRule) -> Check:
    if rule.refers:
        return inputs.reference(_table(rule), rule.refers)
    table = _outside(rule)
    return inputs.reference(table, rule.name) if table else inputs.code


def _table(rule: FieldRule) -> Callable[[EssensysData], Container[str]]:
    return lambda data: data.collection(rule.refers)
