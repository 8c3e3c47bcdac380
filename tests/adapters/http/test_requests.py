from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Self

import pytest
from pydantic import Field, JsonValue, SecretStr, ValidationError, model_validator

from adapters.http.errors import Unsendable
from adapters.http.requests import EmailText, JsonNumber, Maybe, RequestModel, UuidText

UUID = "15791638-f098-49ca-b1a6-40da5bc47255"


class LineNew(RequestModel):
    amount: JsonNumber
    note: Maybe[str] = None


class ThingNew(RequestModel):
    name: str
    parent: str | None
    owner_mail: EmailText | None = Field(default=None, alias="ownerMail")
    status: Maybe[Literal["new", "done"]] = None
    property_uuid: Maybe[UuidText] = None
    due: Maybe[date] = None
    lines: Maybe[tuple[LineNew, ...]] = None


def test_what_is_not_given_is_not_sent_and_what_is_given_as_null_is() -> None:
    assert ThingNew(name="tap", parent=None).to_wire() == {"name": "tap", "parent": None}
    assert ThingNew(name="tap", parent="1", owner_mail=None).to_wire() == {
        "name": "tap",
        "parent": "1",
        "ownerMail": None,
    }


def test_a_body_is_sent_in_the_providers_names_and_as_json_types() -> None:
    thing = ThingNew(
        name="tap",
        parent="1",
        owner_mail="jo@mail.example.com",
        due=date(2026, 3, 2),
        property_uuid=UUID,
        lines=(LineNew(amount=Decimal("16.50")),),
    )

    assert thing.to_wire() == {
        "name": "tap",
        "parent": "1",
        "ownerMail": "jo@mail.example.com",
        "due": "2026-03-02",
        "property_uuid": UUID,
        "lines": [{"amount": 16.5}],
    }


def test_a_body_can_be_read_from_the_providers_own_names() -> None:
    text = '{"name": "tap", "parent": null, "ownerMail": "jo@mail.example.com"}'

    assert ThingNew.model_validate_json(text).owner_mail == "jo@mail.example.com"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "name: Field required; parent: Field required"),
        ({"name": "tap"}, "parent: Field required"),
        ({"name": "tap", "parent": None, "hue": "red-hot"}, "hue: Extra inputs are not permitted"),
        ({"name": 7, "parent": None}, "name: Input should be a valid string"),
        ({"name": "tap", "parent": None, "status": None}, "status: cannot be null; leave it out"),
        ({"name": "tap", "parent": None, "status": "red-hot"}, "status: Input should be 'new' or"),
        (
            {"name": "tap", "parent": None, "property_uuid": "red-hot"},
            "property_uuid: is not a UUID",
        ),
        ({"name": "tap", "parent": None, "owner_mail": "red-hot"}, "is not an e-mail address"),
        ({"name": "tap", "parent": None, "due": "red-hot"}, "due: Input should be a valid date"),
    ],
)
def test_what_the_document_forbids_cannot_be_built_and_is_told_in_one_line_without_the_input(
    given: dict[str, Any], says: str
) -> None:
    with pytest.raises(Unsendable) as raised:
        ThingNew(**given)

    assert str(raised.value).startswith("ThingNew: ")
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "red-hot" not in str(raised.value)


def test_what_is_wrong_in_a_part_is_told_by_the_part() -> None:
    with pytest.raises(Unsendable, match=r"^LineNew: amount: Field required; note: cannot be null"):
        LineNew(note=None)  # type: ignore[call-arg]
    with pytest.raises(Unsendable, match=r"^ThingNew: lines\.0\.amount: Field required$"):
        ThingNew.model_validate({"name": "tap", "parent": None, "lines": ({},)})


def test_a_built_body_cannot_be_changed_into_one_that_is_forbidden() -> None:
    thing = ThingNew(name="tap", parent=None)
    with pytest.raises(ValidationError, match="frozen"):
        thing.name = "pump"  # type: ignore[misc]


@pytest.mark.parametrize("amount", ["0", "16.50", "-0.1", "1234567890.12", "1E+3", "0.000001"])
def test_a_number_that_json_carries_safely_arrives_as_it_was(amount: str) -> None:
    sent = LineNew(amount=Decimal(amount)).to_wire()["amount"]

    assert isinstance(sent, float)
    assert Decimal(repr(sent)) == Decimal(amount)


@pytest.mark.parametrize(
    "amount", ["NaN", "Infinity", "0.1234567890123456789", "12345678901234567.89"]
)
def test_a_number_that_json_would_change_is_unsendable(amount: str) -> None:
    with pytest.raises(Unsendable, match="LineNew: amount: "):
        LineNew(amount=Decimal(amount))


@pytest.mark.parametrize(
    ("mail", "good"),
    [
        ("jo@mail.example.com", True),
        ("jo+tag@localhost", True),
        ("", False),
        ("jo", False),
        ("@mail.example.com", False),
        ("jo@", False),
        ("jo doe@mail.example.com", False),
        ("jo@mail.example.com\n", False),
    ],
)
def test_an_e_mail_address_has_a_name_and_a_host_and_no_blanks(mail: str, good: bool) -> None:
    given = {"name": "tap", "parent": None, "owner_mail": mail}
    if good:
        assert ThingNew.model_validate(given).owner_mail == mail
    else:
        with pytest.raises(Unsendable, match="is not an e-mail address"):
            ThingNew.model_validate(given)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (UUID, True),
        (UUID.upper(), True),
        ("", False),
        ("7", False),
        (UUID[:-1], False),
        (f"{{{UUID}}}", False),
        (f"urn:uuid:{UUID}", False),
        (UUID.replace("-", ""), False),
    ],
)
def test_a_uuid_is_written_as_providers_write_it(text: str, good: bool) -> None:
    given = {"name": "tap", "parent": None, "property_uuid": text}
    if good:
        assert ThingNew.model_validate(given).property_uuid == text
    else:
        with pytest.raises(Unsendable, match="is not a UUID"):
            ThingNew.model_validate(given)


class PeriodNew(RequestModel):
    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("last is before first")
        return self


class LeaseNew(RequestModel):
    period: PeriodNew


BACKWARDS = {"first": date(2026, 3, 2), "last": date(2026, 3, 1)}


@pytest.mark.parametrize("build", [PeriodNew.model_validate, lambda given: PeriodNew(**given)])
def test_what_a_model_checks_of_itself_at_last_is_refused_too(
    build: Callable[[dict[str, date]], object],
) -> None:
    with pytest.raises(Unsendable, match=r"^PeriodNew: record: last is before first$"):
        build(BACKWARDS)
    with pytest.raises(Unsendable, match=r"^LeaseNew: period: last is before first$"):
        LeaseNew.model_validate({"period": BACKWARDS})


class NoteNew(RequestModel):
    text: str | None = None
    secret: SecretStr | None = None
    pairs: dict[str, JsonValue] | None = None
    notes: tuple[NoteNew, ...] = ()


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"text": "a\ud800"}, "text"),
        ({"secret": SecretStr("\udcff")}, "secret"),
        ({"pairs": {"a": ["b", {"c": "\udfff"}]}}, "pairs.a.1.c"),
        ({"pairs": {"\ud800": 1}}, "pairs.a name"),
        ({"notes": ({"text": "a"}, {"text": "\ud800"})}, "notes.1.text"),
    ],
)
def test_half_a_character_cannot_be_built_wherever_it_is(given: dict[str, Any], place: str) -> None:
    with pytest.raises(Unsendable) as raised:
        NoteNew(**given)

    assert str(raised.value) == f"NoteNew: {place}: holds half a character, which cannot be sent"


def test_whole_characters_of_any_script_can_be_built() -> None:
    assert NoteNew(text="Ж 🏠", pairs={"ü": "é"}).to_wire() == {"text": "Ж 🏠", "pairs": {"ü": "é"}}


def test_a_complaint_about_the_whole_is_about_the_record() -> None:
    with pytest.raises(Unsendable, match=r"^ThingNew: record: Input should be"):
        ThingNew.model_validate("tap")
