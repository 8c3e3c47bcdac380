"""Mappings say what to add where they lack something, and files say where they are wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from workers.react.mapping import look_up, read_table
from workers.react.reaction import Blocked

WHERE = "reactions.recharge-paid-invoice.account"


def test_the_first_key_that_the_table_has_decides() -> None:
    table = {"PROP-1": "1", "uuid-1": "2"}

    assert look_up(table, ["PROP-1", "uuid-1"], WHERE) == "1"
    assert look_up(table, ["PROP-2", "uuid-1"], WHERE) == "2"
    assert look_up(table, [None, "uuid-1"], WHERE) == "2"


def test_a_missing_entry_says_the_line_to_add() -> None:
    with pytest.raises(Blocked) as blocked:
        look_up({}, ["PROP-9", "uuid-9"], WHERE)

    assert str(blocked.value) == f'{WHERE}: add "PROP-9" = "…" (or "uuid-9")'


@pytest.mark.parametrize("nothing", [[None], [""], [None, ""], []])
def test_nothing_to_look_up_is_said_so(nothing: list[str | None]) -> None:
    with pytest.raises(Blocked, match="the event names nothing to look up"):
        look_up({"": "1"}, nothing, WHERE)


@pytest.mark.parametrize("key", ['Flat "A"', "back\\slash", "two\nlines", "Straße 5", "a.b = c"])
def test_the_line_to_add_is_toml_whatever_the_key_holds(key: str) -> None:
    with pytest.raises(Blocked) as blocked:
        look_up({}, [key], WHERE)

    line = str(blocked.value).partition(": add ")[2]
    assert tomllib.loads(line) == {key: "…"}


def written(path: Path, text: str | bytes) -> Path:
    file = path / "accounts.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_a_table_is_read_from_a_file_without_its_header_and_its_blanks(tmp_path: Path) -> None:
    text = 'property,account\r\n PROP-1 , 277754\r\n\r\n"Flat 2, Example St",277755\r\n'

    assert read_table(written(tmp_path, text)) == {
        "PROP-1": "277754",
        "Flat 2, Example St": "277755",
    }


@pytest.mark.parametrize("text", ["", "property,account\n", "\ufeffproperty,account\n"])
def test_a_file_without_lines_is_an_empty_table(text: str, tmp_path: Path) -> None:
    assert read_table(written(tmp_path, text)) == {}


def test_a_mark_before_the_header_does_not_matter(tmp_path: Path) -> None:
    text = "\ufeffproperty,account\nPROP-1,277754\n"

    assert read_table(written(tmp_path, text)) == {"PROP-1": "277754"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("p,a\nPROP-1\n", "line 2: needs two columns"),
        ("p,a\nPROP-1,277754,old\n", "line 2: needs two columns"),
        ("p,a\nPROP-1, \n", "line 2: needs two columns"),
        ("p,a\n\n,277754\n", "line 3: needs two columns"),
        ("p,a\nPROP-1,1\nPROP-2,2\n PROP-1 ,3\n", "line 4: 'PROP-1' stands there twice"),
        (b"p,a\nStra\xdfe,1\n", "not a CSV file in UTF-8"),
        ("p,a\n" + "x" * 200_000 + ",1\n", "not a CSV file in UTF-8"),
    ],
)
def test_a_file_that_is_wrong_says_where(text: str | bytes, complaint: str, tmp_path: Path) -> None:
    file = written(tmp_path, text)

    with pytest.raises(ValueError) as problem:
        read_table(file)

    assert str(file) in str(problem.value)
    assert str(problem.value).endswith(complaint)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot read .*nowhere\.csv: No such file"):
        read_table(tmp_path / "nowhere.csv")
