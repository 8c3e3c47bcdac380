"""Field types: a resource's model is a list of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import Field

from adapters.essensys.records import (
    CurrencyCode,
    Day,
    Flag,
    Id,
    Instant,
    Key,
    Money,
    Number,
    Percent,
    PlainMoney,
    PutModel,
    Quantity,
    Record,
    Text,
    WallTime,
    WrittenFlag,
    WrittenId,
    WrittenPercent,
    WrittenText,
    clean_row,
)
from adapters.http.errors import Unsendable


class Thing(Record):
    """Every type of a field that is read."""

    thing_id: Key = Field(alias="thingid")
    owner: Id = None
    note: Text = None
    price: Number = None
    discount: Percent = None
    open: Flag = None
    at: Instant = None


class ThingPut(PutModel):
    """Every type of a field that is written."""

    owner: WrittenId
    note: WrittenText | None = None
    count: Quantity
    price: Money
    plain_price: PlainMoney = Field(serialization_alias="plainprice")
    currency: CurrencyCode
    at: WallTime
    day: Day
    open: WrittenFlag
    discount: WrittenPercent


def thing_put(**changes: Any) -> ThingPut:
    values: dict[str, Any] = {
        "owner": "007",
        "count": Decimal("2.50"),
        "price": Decimal(5),
        "plain_price": Decimal(5),
        "currency": "GBP",
        "at": datetime(2024, 1, 2, 3, 4, tzinfo=ZoneInfo("Asia/Tokyo")),
        "day": date(2024, 1, 2),
        "open": True,
        "discount": Decimal("12.5"),
    }
    return ThingPut(**{**values, **changes})


def test_every_type_is_written_in_its_documented_format() -> None:
    assert thing_put().to_wire(ZoneInfo("UTC")) == {
        "owner": "007",
        "count": "2.5",
        "price": "£5.00",
        "plainprice": "5.00",
        "at": "01/01/2024 18:04",
        "day": "02/01/2024",
        "open": "True",
        "discount": "12.5%",
    }


@pytest.mark.parametrize("field", ["owner", "count", "price", "day", "open", "discount"])
def test_a_type_takes_nothing_but_itself(field: str) -> None:
    with pytest.raises(Unsendable, match=rf"^ThingPut: {field}: "):
        thing_put(**{field: object()})


def test_a_refusal_does_not_tell_the_text_that_it_refuses() -> None:
    with pytest.raises(Unsendable) as refusal:
        thing_put(note="call O'Brien\x00")

    assert "Brien" not in str(refusal.value)


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
