"""Types of fields that are read: a resource's model is a list of them."""

from __future__ import annotations

import pytest
from pydantic import Field

from adapters.essensys.records import (
    Flag,
    Html,
    Id,
    Instant,
    Key,
    MarkupType,
    Number,
    Percent,
    Record,
    Secret,
    Stamped,
    Text,
    clean_row,
    id_field,
)


class Thing(Record):
    """Every type of a field that is read."""

    thing_id: Key
    owner: Id = None
    note: Text = None
    price: Number = None
    discount: Percent = None
    open: Flag = None
    at: Instant = None
    body: Html = None
    code: Secret = None
    markup_type: MarkupType = None


def test_every_type_is_none_where_the_field_is_absent_null_or_empty() -> None:
    for row in ({}, dict.fromkeys(("owner", "price", "open", "at"), ""), {"note": None}):
        thing = Thing.model_validate({"thingid": "-1", **row})

        assert {name: value for name, value in thing if value is not None} == {"thing_id": "-1"}


def test_a_row_without_an_id_is_no_record() -> None:
    with pytest.raises(ValueError, match="thingid"):
        Thing.model_validate({"owner": "1"})


def test_a_field_called_as_one_of_our_attributes_is_just_unknown() -> None:
    thing = Thing.model_validate({"thingid": "1", "thing_id": "9"})

    assert thing.thing_id == "1"
    assert thing.unknown == {"thing_id": "9"}


def test_a_clean_row_is_the_same_whatever_moves_around_it() -> None:
    row = {"thingid": "1", "note": {"@xml:space": "preserve", "#significant-whitespace": " "}}
    twins = {"row_num": "4", "outputvalue_owner": "Sam", "output_imageurl": "/x.gif"}

    assert clean_row({**row, **twins}) == {"thingid": "1", "note": " "}
    assert clean_row(clean_row(row)) == clean_row(row)


def test_a_field_is_called_as_its_attribute_without_underscores_unless_an_alias_says_so() -> None:
    class Renamed(Record):
        own_key: Key = Field(alias="keyofit")

    assert id_field(Thing) == "thingid"
    assert id_field(Renamed) == "keyofit"
    assert Thing.model_validate({"thingid": "1", "markuptype": "2"}).markup_type == "2"


def test_a_record_shows_its_id_wherever_that_is_declared() -> None:
    class Late(Stamped):
        late_id: Key

    late = Late.model_validate({"lateid": "1", "createdby": "Sam", "creationdate": "2017-01-01"})

    assert repr(late) == "Late(late_id='1')"
    assert late.created is not None


def test_html_is_read_as_a_text_and_as_an_object() -> None:
    for body in ("<b>x</b>", {"b": "x"}):
        assert Thing.model_validate({"thingid": "1", "body": body}).body == body
