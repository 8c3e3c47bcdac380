"""A set of ids by their hashes: the same answers as a set."""

from __future__ import annotations

from workers.detect.idset import IdSet

IDS = [f"id-{number}" for number in range(1_000)]


def test_each_id_counts_once_and_is_found() -> None:
    ids = IdSet(IDS)
    ids.add_all(IDS[:10])
    ids.add_all(["another"])

    assert len(ids) == 1_001
    assert all(one in ids for one in [*IDS, "another"])
    assert "id-1000" not in ids


def test_an_empty_one_holds_nothing() -> None:
    assert len(IdSet()) == 0
    assert "id-0" not in IdSet()


def test_what_another_has_is_added_once() -> None:
    ids = IdSet(IDS[:600])
    ids.update(IdSet(IDS[400:]))

    assert ids == IdSet(IDS)
    assert ids != IdSet(IDS[1:])
