"""The kcat script: run where kcat and jq are installed, and read closely everywhere.

It needs real Kafka: the embedded broker does not answer kcat's first question.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from adapters.kafka.records import Record
from tests.deploy.examples.conftest import Topic, paid, record, running
from tests.events.samples import event
from tests.paths import ROOT

SCRIPT = ROOT / "deploy" / "examples" / "with_kcat.sh"
WITH_VALUE = set("btpoXGcFDKkzmdsfHrVT")
"""Options of kcat 1.7 that take a value."""
ALONE = set("CPLQJqeuvZETO")


def missing() -> str | None:
    lacking = [name for name in ("bash", "kcat", "jq") if shutil.which(name) is None]
    return f"needs {', '.join(lacking)} (apt-get install kcat jq)" if lacking else None


needs_kcat = pytest.mark.skipif(missing() is not None, reason=str(missing()))


async def run(topic: Topic) -> list[str]:
    """Run the script to its end; return what it said."""
    async with running(["bash", str(SCRIPT)], topic.variables) as reader:
        assert await reader.ends() == 0, reader.lines
        return [line.partition(" ")[2] for line in reader.lines]


def files(topic: Topic, folder: str) -> list[Path]:
    return sorted((topic.folder / "files" / folder).iterdir())


@needs_kcat
@pytest.mark.real_kafka
@pytest.mark.slow
async def test_each_paid_invoice_becomes_a_file_once_whatever_else_comes(topic: Topic) -> None:
    first, second = paid(1), paid(2, loyalty={"note": 'with "quotes",\n lines and \x1f'})
    await topic.send(
        record(topic.name, first),
        record(topic.name, event("plentific.invoice.received")),
        Record(topic.name, b"k", b"{}", [("ce_type", b"plentific.invoice.admired")]),
        Record(topic.name, b"k", b"not one of ours"),
        Record(topic.name, b"k", None, [("ce_type", b"plentific.invoice.paid")]),
        record(topic.name, first, ("tiebeam-replay", b"true")),
        record(topic.name, second, ("ce_mood", b"a,b=c")),
    )

    assert sorted(await run(topic)) == sorted(
        [
            f"{first.id}: entered",
            f"{first.id}: known",
            f"{second.id}: entered",
            "plentific.invoice.received: passed over",
            "plentific.invoice.admired: passed over",
            "put aside",
            "put aside",
        ]
    )
    found = {path.stem: json.loads(path.read_text()) for path in files(topic, "paid")}
    assert {name: invoice["number"] for name, invoice in found.items()} == {
        first.id: "1",
        second.id: "2",
    }
    aside = [json.loads(path.read_text())["payload"] for path in files(topic, "unread")]
    assert sorted(aside, key=str) == [None, "not one of ours"]


@needs_kcat
@pytest.mark.real_kafka
@pytest.mark.slow
async def test_it_goes_on_where_it_ended_and_knows_what_it_reads_again(topic: Topic) -> None:
    first, second = paid(1), paid(2)
    await topic.send(record(topic.name, first))
    assert await run(topic) == [f"{first.id}: entered"]

    assert await run(topic) == []
    await topic.send(record(topic.name, second))
    assert await run(topic) == [f"{second.id}: entered"]

    for noted in files(topic, "offsets"):
        noted.unlink()
    assert sorted(await run(topic)) == sorted([f"{first.id}: known", f"{second.id}: known"])


@needs_kcat
@pytest.mark.real_kafka
@pytest.mark.slow
async def test_what_could_not_be_handled_is_read_again(topic: Topic) -> None:
    told = paid(1)
    await topic.send(record(topic.name, told))
    in_the_way = topic.folder / "files" / "paid" / f"{told.id}.json.new"
    in_the_way.mkdir(parents=True)

    async with running(["bash", str(SCRIPT)], topic.variables) as reader:
        assert await reader.ends() != 0
    in_the_way.rmdir()

    assert await run(topic) == [f"{told.id}: entered"]


@needs_kcat
@pytest.mark.real_kafka
@pytest.mark.slow
async def test_a_topic_that_is_not_there_is_no_empty_one(topic: Topic) -> None:
    variables = topic.variables | {"TOPIC": f"{topic.name}.misspelt"}

    async with running(["bash", str(SCRIPT)], variables) as reader:
        assert await reader.ends() != 0
    assert "Unknown topic or partition" in reader.lines[-1]


def test_the_script_is_bash() -> None:
    if shutil.which("bash") is None:
        pytest.skip("needs bash")
    done = subprocess.run(["bash", "-n", str(SCRIPT)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_kcat_is_given_options_that_it_has_and_never_a_group() -> None:
    text = SCRIPT.read_text(encoding="utf-8").replace("\\\n", " ")
    calls = re.findall(r"^ *(kcat -.*?) \|(?!\|)", text, re.MULTILINE)
    given = []
    for call in calls:
        words = iter(shlex.split(call)[1:])
        for word in words:
            option = word.removeprefix("-")
            assert option in WITH_VALUE | ALONE, word
            given.append(option)
            if option in WITH_VALUE:
                assert not next(words).startswith("-")

    assert len(calls) == 2
    assert {"C", "J", "e", "o", "p"} <= set(given)
    assert "G" not in given  # it commits by itself what it has only delivered
