"""Cut a record to the fields that the document gives an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.documented import FieldRule

EXTRA = "extra"  # the key of a record under which undocumented fields are kept


def shaped(rules: Mapping[str, FieldRule], record: Record) -> Record:
    """The documented fields of a record, null where it has none, then its undocumented ones."""
    shown = {name: _value(rule, record.get(name)) for name, rule in rules.items()}
    return {**shown, **record.get(EXTRA, {})}


def _value(rule: FieldRule, value: Any) -> Any:
    if rule.fields and isinstance(value, dict):
        return shaped(rule.fields, value)
    if rule.fields and isinstance(value, list):
        return [shaped(rule.fields, one) for one in value]
    return value
