"""Types of fields that are written, each in its documented format."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import Field, SecretStr

from adapters.essensys.writing import (
    CurrencyCode,
    Day,
    Line20,
    Long,
    Money,
    OwnId,
    PlainMoney,
    PutModel,
    Quantity,
    Selection,
    Url,
    WallTime,
    WrittenFlag,
    WrittenHtml,
    WrittenId,
    WrittenNumber,
    WrittenPercent,
    WrittenReference,
    WrittenSecret,
)
from adapters.http.errors import Unsendable


class ThingPut(PutModel):
    """Every type of a field that is written."""

    owner: WrittenId
    note: WrittenReference | None = None
    count: Quantity
    price: Money
    plain_price: PlainMoney
    currency: CurrencyCode
    at: WallTime
    day: Day
    open: WrittenFlag
    discount: WrittenPercent
    thing_id: OwnId = ""
    line: Line20 | None = Field(None, serialization_alias="lineno")
    text: Long | None = None
    site: Url | None = None
    html: WrittenHtml | None = None
    places: Selection | None = None
    number: WrittenNumber | None = None
    secret: WrittenSecret | None = None


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
        "line": "O'Brien",
        "text": "one\ntwo",
        "site": "https://example.com",
        "html": {"strong": "html"},
        "places": ("North", "South"),
        "number": 12,
        "secret": SecretStr("Hush"),
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
        "thingid": "",
        "lineno": "O'Brien",
        "text": "one\ntwo",
        "site": "https://example.com",
        "html": {"strong": "html"},
        "places": "North, South",
        "number": "12",
        "secret": "Hush",
    }


@pytest.mark.parametrize("field", ["owner", "count", "price", "day", "open", "line", "number"])
def test_a_type_takes_nothing_but_itself(field: str) -> None:
    with pytest.raises(Unsendable, match=rf"^ThingPut: {field}\b"):
        thing_put(**{field: object()})


def test_a_refusal_does_not_tell_the_text_that_it_refuses() -> None:
    with pytest.raises(Unsendable) as refusal:
        thing_put(note="call O'Brien\x00")

    assert "Brien" not in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"thing_id": "\n"}, "thing_id: is no id"),
        ({"line": "x" * 21}, "line: .*20"),
        ({"line": "a\nb"}, "line: .*cannot be printed"),
        ({"text": "a\x00b"}, "text: .*cannot be printed"),
        ({"text": "a\u2028b"}, "text: .*cannot be printed"),
        ({"site": "ftp://example.com"}, "site: .*http"),
        ({"site": "http://a b"}, "site: .*http"),
        ({"places": ()}, "places: "),
        ({"places": ("North, South",)}, "places.*: .*commas"),
        ({"html": {}}, "html: "),
        ({"number": Decimal("NaN")}, "number.*: "),
        ({"number": True}, "number.*: "),
        ({"day": datetime(2024, 1, 2)}, "day: "),
        ({"at": datetime(1, 12, 31, tzinfo=UTC)}, "at: .*calendar"),
        ({"at": datetime(9999, 1, 1, tzinfo=UTC)}, "at: .*calendar"),
        ({"secret": SecretStr("\ud800")}, "secret: holds half a character"),
        ({"html": {"strong": "\ud800"}}, r"html\.strong: holds half a character"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_line(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unsendable, match=f"^ThingPut: {reason}") as refusal:
        thing_put(**change)

    assert len(str(refusal.value).splitlines()) == 1


def test_none_is_what_is_not_said() -> None:
    wire = thing_put(line=None, note=None).to_wire()

    assert "lineno" not in wire
    assert "note" not in wire
