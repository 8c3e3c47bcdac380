from __future__ import annotations

from adapters.kafka.errors import KafkaRefused, KafkaUnavailable, NotSent
from adapters.kafka.records import Delivery, Record, SendResult

MIB = 1024 * 1024


def delivery(*keys: bytes | None) -> Delivery:
    return Delivery([Record("topic", key, b"value") for key in keys], max_record_bytes=MIB)


def test_acknowledged_records_have_the_offsets_that_follow_one_another() -> None:
    book = delivery(b"a", b"b", b"c")

    book.acknowledge([0, 2], partition=5, first_offset=40)
    book.acknowledge([1], partition=6, first_offset=7)

    assert book.results() == [SendResult(5, 40), SendResult(6, 7), SendResult(5, 41)]
    assert all(result.acknowledged for result in book.results())


def test_a_batch_that_kafka_had_already_is_acknowledged_without_offsets() -> None:
    book = delivery(b"a")

    book.acknowledge([0], partition=5, first_offset=-1)

    assert book.results() == [SendResult(partition=5, offset=None)]


def test_a_refused_record_holds_back_only_the_later_ones_of_its_key() -> None:
    book = delivery(b"a", b"b", b"a", b"a")
    book.acknowledge([0], 1, 1)

    book.refuse([2], KafkaRefused("no"))

    assert book.waiting() == [1]
    book.give_up(KafkaUnavailable("away"))
    errors = [type(result.error) for result in book.results()]
    assert errors == [type(None), KafkaUnavailable, KafkaRefused, NotSent]


def test_the_same_key_of_another_topic_is_not_held_back() -> None:
    book = Delivery([Record("one", b"a", b""), Record("two", b"a", b"")], MIB)

    book.refuse([0], KafkaRefused("no"))

    assert book.waiting() == [1]


def test_a_record_without_key_holds_nothing_back() -> None:
    book = delivery(None, None)

    book.refuse([0], KafkaRefused("no"))

    assert book.waiting() == [1]


def test_a_record_that_is_too_large_is_refused_at_once_and_holds_back_its_key() -> None:
    large = Record("topic", b"a", b"x" * MIB, [("ce_id", b"1")])

    book = Delivery([large, Record("topic", b"a", b""), Record("topic", b"b", b"")], MIB)

    assert book.waiting() == [2]
    book.acknowledge([2], 0, 0)
    first, second, _ = book.results()
    assert "more than the 1048576 allowed" in str(first.error)
    assert isinstance(second.error, NotSent)
