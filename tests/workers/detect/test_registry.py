"""The table of streams: each is named, told and keyed as the public contract says."""

from __future__ import annotations

import pytest

from events import catalogue
from workers.detect.registry import STREAMS
from workers.detect.stream import Stream


def of(stream: Stream) -> str:
    return f"{stream.provider}/{stream.name}"


def test_there_is_one_stream_of_a_name_at_each_provider() -> None:
    names = [of(stream) for stream in STREAMS]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("stream", STREAMS, ids=of)
def test_a_stream_is_named_as_the_last_part_of_its_topic(stream: Stream) -> None:
    topics = {
        one.topic
        for one in catalogue.EVENT_TYPES.values()
        if (one.provider, one.entity) == (stream.provider, stream.entity)
    }

    assert topics == {f"{stream.provider}.{stream.name}"}


@pytest.mark.parametrize("stream", STREAMS, ids=of)
def test_a_stream_looks_more_often_than_it_sweeps(stream: Stream) -> None:
    assert stream.cadence.every <= stream.cadence.sweep_every
    assert stream.cadence.every <= stream.cadence.details_every
