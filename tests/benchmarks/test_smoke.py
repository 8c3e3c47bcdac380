"""Every workload runs, at a tiny size: what it proves in each round holds, and it can be told."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console

from adapters.kafka.settings import KafkaSettings
from tests.benchmarks import (
    calls,
    detection,
    end_to_end,
    hops,
    intake,
    memory,
    reactions,
    relay,
    replay,
    replicas,
    webhooks,
)
from tests.benchmarks.listing_server import PREFIX
from tests.benchmarks.material import with_hot_key
from tests.benchmarks.order import check_looks, check_record
from tests.benchmarks.peers import environments
from tests.benchmarks.peers.contenders import HAND_WRITTEN, run
from tests.benchmarks.profiling import profiled
from tests.benchmarks.report import Report, markdown
from tests.benchmarks.rounds import Goal, Moment, Result, Sample, Workload, measure, table
from tests.benchmarks.serving import child

pytestmark = pytest.mark.slow  # each runs a whole workload


async def _smoke(workload: Workload) -> Result:
    result = await measure(workload, rounds=1)
    assert result.samples.keys() == workload.rows.keys()
    assert all(sample.seconds > 0 for samples in result.samples.values() for sample in samples)
    assert all(result.ratio(goal) > 0 for goal in workload.goals)
    assert all(goal.cause(result.middle(goal.ours)) for goal in workload.goals if goal.cause)
    return result


async def test_detection_finds_every_change(tmp_path: Path) -> None:
    async with detection.workload(tmp_path, rows=1_000, peers=()) as workload:
        await _smoke(workload)


async def test_a_peer_makes_its_passes_in_a_process_of_its_own() -> None:
    async with child("tests.benchmarks.listing_server", "1000") as url:
        samples = await run(HAND_WRITTEN, Path(sys.executable), f"{url}{PREFIX}", 1_000)

    assert tuple(samples) == HAND_WRITTEN.passes
    assert all(sample.items == 1_000 and sample.seconds > 0 for sample in samples.values())


async def test_a_peer_that_cannot_be_installed_is_left_out_and_the_report_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "PINS", tmp_path)
    monkeypatch.setattr(environments, "ENVIRONMENTS", tmp_path)
    (tmp_path / "handwritten.txt").write_text("./nowhere-1.0-py3-none-any.whl", encoding="utf-8")

    async with detection.workload(tmp_path, rows=200, peers=(HAND_WRITTEN,)) as workload:
        assert "Left out: handwritten, since uv pip failed: " in workload.about
        assert HAND_WRITTEN.passes[0] not in workload.rows
        assert HAND_WRITTEN.passes[0] not in workload.contenders


async def test_looking_at_a_list_takes_memory_that_can_be_told(tmp_path: Path) -> None:
    async with memory.workload(tmp_path, few=1_000, many=2_000) as workload:
        result = await _smoke(workload)
    assert all(sample.seconds < memory.MOST for (sample,) in result.samples.values())


async def test_every_change_is_told_in_the_end_and_calls_are_counted(tmp_path: Path) -> None:
    size = calls.Size(orders=300, changes_an_hour=120, hours=0.2, longest=2, sampled=10)
    async with calls.workload(tmp_path, size) as workload:
        await _smoke(workload)


async def test_webhooks_are_stored_before_they_are_answered(tmp_path: Path) -> None:
    async with webhooks.workload(tmp_path, count=200) as workload:
        await _smoke(workload)


async def test_reactions_are_made_once_and_in_order_per_key(tmp_path: Path) -> None:
    tiny = reactions.Size(events=40, keys=10, hot_events=20, hot=5, delay=0.005)
    async with reactions.workload(tmp_path, tiny) as workload:
        await _smoke(workload)


async def test_replicas_react_once_and_in_order_whatever_the_store(
    tmp_path: Path, postgres_url: str
) -> None:
    tiny = replicas.Reactions(events=16, keys=8, delay=0.005, most=2)
    async with replicas.reactions(tmp_path, postgres_url, tiny) as workload:
        await _smoke(workload)


async def test_replicas_share_the_looks_and_make_none_twice(
    tmp_path: Path, postgres_url: str
) -> None:
    tiny = replicas.Looks(rows=400, looks=2, decoded=2_000)
    async with replicas.looks(tmp_path, postgres_url, tiny) as workload:
        await _smoke(workload)


@pytest.mark.kafka
async def test_the_relay_publishes_everything(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    await _smoke(relay.workload(kafka_settings, tmp_path, records=200))


@pytest.mark.kafka
async def test_the_intake_stores_everything(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    await _smoke(intake.workload(kafka_settings, tmp_path, records=200))


@pytest.mark.kafka
@pytest.mark.real_kafka
async def test_a_replay_writes_nothing_and_a_rebuild_restores_everything(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    async with replay.workload(kafka_settings, tmp_path, events=300) as workload:
        await _smoke(workload)


@pytest.mark.kafka
@pytest.mark.real_kafka
async def test_every_delivery_becomes_a_charge_sheet_whose_way_is_known(
    kafka_settings: KafkaSettings, tmp_path: Path, postgres_url: str
) -> None:
    tiny = end_to_end.Size(rates=(20.0,), seconds=0.5)
    result = await _smoke(end_to_end.workload(kafka_settings, tmp_path, postgres_url, tiny))
    for store in ("SQLite", "PostgreSQL"):
        (middle,) = result.samples[f"20 a second, {store}: median"]
        assert all(f"{hop} p50" in middle.facts for hop in hops.HOPS)


def test_the_hops_of_a_way_add_up_and_percentiles_are_of_what_was_seen() -> None:
    due = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    moments = [due + timedelta(seconds=second) for second in (1, 2, 4, 5, 9)]
    way = hops.Way(due, moments, published=due + timedelta(seconds=3))

    assert [way.hops()[hop] for hop in hops.HOPS] == [1, 1, 2, 1, 4]
    assert way.seconds == 9
    assert way.hops()[hops.PUBLISHED] == 1
    assert hops.facts([way])["arrived p99"] == 4
    assert [hops.percentile(range(1, 101), share) for share in (0.5, 0.99)] == [50, 99]


async def test_a_missed_goal_is_told_with_its_cause_and_its_profile() -> None:
    async def slow() -> dict[str, Sample]:
        Moment.start().sample(10)  # what the profiler looks at
        return {"slow": Sample(10, 2.0, 0.5, {"pauses": 3})}

    async def quick() -> dict[str, Sample]:
        return {"quick": Sample(10, 1.0, 0.5)}

    workload = Workload(
        name="W0 example",
        about="An example.",
        unit="things",
        rows={"slow": "dawdles", "quick": "hurries"},
        contenders={"slow": slow, "quick": quick},
        goals=[
            Goal("slow", "quick", 0.6, lambda sample: f"{sample.facts['pauses']} pauses"),
            Goal("slow", "quick", 0.7, lambda sample: f"{sample.facts['pauses']} pauses"),
            Goal("quick", "slow", 1.5, stretch=3),
        ],
    )
    result = await measure(workload, rounds=2)

    text = markdown(Report([result], {"slow": await profiled(slow)}, {"W9": "no luck"}))

    assert result.ratio(workload.goals[0]) == 0.5
    assert "slow / quick: 0.50 (goal 0.6: NOT reached)" in text
    assert "quick / slow: 2.00 (goal 1.5: reached; stretch 3: NOT reached)" in text
    assert text.count("Why `slow` misses its goal: 3 pauses.") == 1
    assert "own time by package" in text
    assert "Not run: no luck." in text
    other = replace(workload, name="W1 other", about="Another example.")
    later = markdown(Report([replace(result, workload=other)]), text)
    assert later.startswith(text.rstrip()), "what was not measured now stands as it was"
    again = markdown(Report([replace(result, workload=replace(workload, about="New."))]), later)
    assert [again.count(about) for about in ("An example.", "New.", "Another example.")] == [
        0,
        1,
        1,
    ]
    with Console(record=True, quiet=True) as console:
        console.print(table(result))


def test_a_ratio_is_of_the_rounds_in_which_both_took_part() -> None:
    workload = Workload("W0", "An example.", "things", {}, {}, [Goal("often", "once")])
    samples = {
        "often": [Sample(10, 1.0, 0.0), Sample(10, 5.0, 0.0)],
        "once": [Sample(10, 2.0, 0.0)],
    }

    assert Result(workload, samples).ratio(workload.goals[0]) == 2.0


def test_a_hot_key_has_its_share_evenly_among_the_others() -> None:
    events = with_hot_key(100, 20)

    hot = [place for place, event in enumerate(events) if event.key == "hot"]
    assert len(hot) == 20
    assert max(later - earlier for earlier, later in pairwise(hot)) <= 10
    assert [events[place].sequence for place in hot] == list(range(1, 21))


def test_a_call_out_of_order_is_noticed() -> None:
    (event,) = with_hot_key(1, 1)
    calls = [("hot 1 2", 1.0, 2.0), ("hot 1 1", 3.0, 4.0)]

    with pytest.raises(AssertionError, match=r"hot: .* came after"):
        check_record({"calls": calls, "refused": 0}, [event])


@pytest.mark.parametrize(
    ("pages", "why"),
    [
        ([("/a", "T1", 0), ("/a", "T2", 200), ("/a", "T2", 0), ("/a", "T1", 200)], "two processes"),
        ([("/a", "T1", 0), ("/a", "T1", 0), ("/a", "T1", 200), ("/a", "T1", 200)], "not each page"),
        ([("/a", "T1", 0), ("/a", "T1", 200)] * 3, "looks at each connection"),
    ],
)
def test_a_look_that_is_not_made_once_by_one_process_is_noticed(
    pages: list[tuple[str, str, int]], why: str
) -> None:
    check_looks(
        [("/a", token, start) for token in ("T1", "T2") for start in (0, 200)], ["/a"], 2, [0, 200]
    )

    with pytest.raises(AssertionError, match=why):
        check_looks(pages, ["/a"], looks=2, starts=[0, 200])
