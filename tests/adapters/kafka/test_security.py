"""Every way to log in, against a real broker: topics, producing, a group, and reading again."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError

from adapters.kafka import groups
from adapters.kafka.errors import KafkaUnavailable, NotAllowed, NotLetIn
from adapters.kafka.producer import RecordProducer
from adapters.kafka.reader import open_reader
from adapters.kafka.records import Record
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicSpec, open_topics
from deploy.kafka.acls import Grant
from deploy.kafka.certificates import make_authority, make_certificate
from deploy.kafka.cluster import Cluster
from tests.logins import (
    CLIENT_SECRET,
    FORGIVING,
    TokenServer,
    by_certificate,
    by_plain,
    by_scram,
    by_token,
    grant,
    grant_all,
    late_connections,
    token_server,
    unencrypted,
)

pytestmark = [pytest.mark.kafka, pytest.mark.real_kafka, FORGIVING]

Login = Callable[[Cluster], KafkaSettings]


@pytest.fixture(autouse=True)
def _silent() -> None:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # as the command does


@pytest.fixture
async def tokens() -> AsyncIterator[TokenServer]:
    async with token_server() as server:
        yield server


@pytest.fixture(autouse=True)
def _late_connections() -> Iterator[None]:
    with late_connections():
        yield


async def topic(settings: KafkaSettings, name: str) -> str:
    async with open_topics(settings) as topics:
        await topics.create_missing([TopicSpec(name, 1, 1)])
    return name


async def the_whole_way(cluster: Cluster, settings: KafkaSettings, prefix: str) -> None:
    """Make a topic, send to it, read it in a group and commit, look at the group, read it anew."""
    await grant_all(cluster, settings, prefix)
    name = await topic(settings, f"{prefix}a")
    async with RecordProducer(settings) as producer:
        (sent,) = await producer.send_all([Record(name, b"k", b"v")])
        assert sent.acknowledged
        assert producer.idempotent
    assert await read_in_group(settings, name, f"{prefix}g") == [b"v"]
    assert await groups.state(settings, f"{prefix}g") == "Empty"
    async with open_reader(settings, [name]) as reader:
        assert [record.value async for batch in reader.batches() for record in batch] == [b"v"]


async def read_in_group(settings: KafkaSettings, name: str, group: str) -> list[bytes]:
    consumer: Any = AIOKafkaConsumer(
        name, group_id=group, auto_offset_reset="earliest", **settings.client_options()
    )
    async with asyncio.timeout(20), consumer:
        record = await consumer.getone()
        await consumer.commit()
    return [record.value]


@pytest.mark.parametrize("login", [by_scram, by_plain, unencrypted, by_certificate])
async def test_a_login_goes_the_whole_way(
    secured_cluster: Cluster, topic_prefix: str, login: Login
) -> None:
    await the_whole_way(secured_cluster, login(secured_cluster), topic_prefix)


async def test_a_login_by_token_goes_the_whole_way_with_one_token(
    secured_cluster: Cluster, topic_prefix: str, tokens: TokenServer
) -> None:
    await the_whole_way(secured_cluster, by_token(secured_cluster, tokens), topic_prefix)

    assert tokens.asked == [{"grant_type": "client_credentials", "scope": "kafka"}]


async def test_tokens_that_end_are_renewed_while_records_flow(
    secured_cluster: Cluster, topic_prefix: str
) -> None:
    """The broker hangs up when a token has ended: nothing is lost, doubled or out of order."""
    async with token_server(life=1.0) as tokens:
        settings = by_token(secured_cluster, tokens)
        await grant_all(secured_cluster, settings, topic_prefix)
        name = await topic(settings, f"{topic_prefix}a")
        before, sent = tokens.given, 0
        consumer: Any = AIOKafkaConsumer(
            name,
            group_id=f"{topic_prefix}g",
            auto_offset_reset="earliest",
            enable_auto_commit=False,  # stop() would wait for ever for a connection just closed
            **settings.client_options(),
        )
        async with asyncio.timeout(30), RecordProducer(settings) as producer, consumer:
            while tokens.given < before + 4:
                records = [Record(name, b"k", b"%d" % number) for number in range(sent, sent + 10)]
                results = await producer.send_all(records)
                assert [result.error for result in results] == [None] * 10
                sent += 10
            seen = [int((await consumer.getone()).value) for _ in range(sent)]
            await consumer.commit()  # the connection to the group's broker is a new one too
    assert seen == list(range(sent))


# --- who is not let in --------------------------------------------------------------------------


async def refusal(settings: KafkaSettings) -> KafkaUnavailable:
    """Return the error of looking at the topics, which must be that of producing too."""
    with pytest.raises(KafkaUnavailable) as looking:
        async with open_topics(settings):
            pass
    with pytest.raises(KafkaUnavailable) as producing:
        await RecordProducer(settings, give_up_after=0).start()
    assert str(looking.value) == str(producing.value)
    assert type(looking.value) is type(producing.value)
    assert "\n" not in str(looking.value)
    return looking.value


@pytest.mark.parametrize(
    ("login", "said"),
    [
        (by_scram, "invalid credentials with SASL mechanism SCRAM-SHA-512"),
        (by_plain, "Invalid username or password"),
    ],
)
async def test_a_wrong_password_is_told_at_once_and_not_shown(
    secured_cluster: Cluster, login: Callable[..., KafkaSettings], said: str
) -> None:
    settings = login(secured_cluster, sasl_password="not-the-password")

    error = await refusal(settings)
    async with asyncio.timeout(20):
        with pytest.raises(NotLetIn):
            await RecordProducer(settings, give_up_after=300).start()

    assert isinstance(error, NotLetIn)
    assert f"refuses the login tiebeam by {settings.sasl_mechanism}: " in str(error)
    assert f"{said}; check sasl_username and sasl_password" in str(error)
    assert "not-the-password" not in str(error)


async def test_a_wrong_client_secret_is_told_at_once_and_not_shown(
    secured_cluster: Cluster, tokens: TokenServer
) -> None:
    settings = by_token(secured_cluster, tokens, sasl_oauth_client_secret="not-the-secret")

    error = await refusal(settings)

    assert isinstance(error, NotLetIn)
    assert f"no token for Kafka at {secured_cluster.bootstrap_servers} from {tokens.url}: " in str(
        error
    )
    assert "(401); check the credentials" in str(error)
    assert "not-the-secret" not in str(error)
    assert len(tokens.asked) == 1, "a refusal stands for a while"


async def test_a_token_server_that_is_away_is_waited_for(secured_cluster: Cluster) -> None:
    error = await refusal(by_token(secured_cluster, TokenServer("http://127.0.0.1:9/token")))

    assert not isinstance(error, NotLetIn)
    assert "from http://127.0.0.1:9/token: kafka: create_token: no connection" in str(error)


async def test_a_broker_of_an_unknown_authority_is_not_trusted(
    secured_cluster: Cluster, tmp_path: Path
) -> None:
    error = await refusal(
        by_scram(secured_cluster, ssl_cafile=str(make_authority(tmp_path, "stranger")))
    )

    assert isinstance(error, NotLetIn)
    where = secured_cluster.bootstrap_servers
    assert str(error).startswith(f"the certificate of Kafka at {where} is not trusted: ")
    assert "check ssl_cafile" in str(error)


async def test_a_broker_that_goes_by_another_name_is_not_trusted_unless_that_is_asked_for(
    secured_cluster: Cluster,
) -> None:
    elsewhere = secured_cluster.bootstrap_servers.replace("127.0.0.1", "127.1")  # the same place

    error = await refusal(by_scram(secured_cluster, bootstrap_servers=elsewhere))

    assert isinstance(error, NotLetIn)
    assert f"the certificate of Kafka at {elsewhere} is for another host: check boot" in str(error)
    lenient = by_scram(secured_cluster, bootstrap_servers=elsewhere, ssl_check_hostname=False)
    async with open_topics(lenient) as topics:
        assert await topics.brokers() == 1


@pytest.mark.parametrize("signed_by", [None, "stranger"])
async def test_a_client_without_a_certificate_that_the_broker_trusts_is_told_so(
    secured_cluster: Cluster, tmp_path: Path, signed_by: str | None
) -> None:
    certificate = key = None
    if signed_by is not None:
        make_authority(tmp_path, signed_by)
        certificate = str(make_certificate(tmp_path, "tiebeam", signed_by))
        key = str(tmp_path / "tiebeam.key")

    error = await refusal(
        by_certificate(secured_cluster, ssl_certfile=certificate, ssl_keyfile=key)
    )

    assert isinstance(error, NotLetIn)
    assert "does not take our certificate " in str(error)
    assert "check ssl_certfile and ssl_keyfile" in str(error)


@pytest.mark.parametrize(
    "wrong",
    [
        {"security_protocol": "SSL", "sasl_mechanism": None},
        {"security_protocol": "PLAINTEXT", "sasl_mechanism": None, "ssl_cafile": None},
        {"security_protocol": "SASL_PLAINTEXT", "ssl_cafile": None},
    ],
)
async def test_a_protocol_that_the_port_does_not_speak_is_suspected(
    secured_cluster: Cluster, wrong: dict[str, Any]
) -> None:
    if wrong.get("sasl_mechanism", "") is None:
        wrong = {**wrong, "sasl_username": None, "sasl_password": None}

    error = await refusal(by_scram(secured_cluster, **wrong))

    protocol = wrong["security_protocol"]
    assert f"this port does not speak {protocol}: check security_protocol" in str(error)


async def test_a_certificate_renewed_on_disk_counts_from_the_next_connection_on(
    secured_cluster: Cluster, tmp_path: Path
) -> None:
    security = secured_cluster.security
    assert security is not None
    make_authority(tmp_path, "stranger")
    make_certificate(tmp_path, "own", "stranger")
    own = {"ssl_certfile": str(tmp_path / "own.pem"), "ssl_keyfile": str(tmp_path / "own.key")}
    settings = by_certificate(secured_cluster, **own)
    options = settings.client_options()
    consumer: Any = AIOKafkaConsumer(**options)
    with pytest.raises(KafkaConnectionError):
        await consumer.start()
    await consumer.stop()

    shutil.copy(security.certificate("tiebeam"), tmp_path / "own.pem")
    shutil.copy(security.key("tiebeam"), tmp_path / "own.key")

    async with AIOKafkaConsumer(**options) as same:  # the same context as before
        assert await same.topics() is not None


# --- who is not allowed -------------------------------------------------------------------------


async def test_what_is_not_granted_is_named_with_who_and_what(
    secured_cluster: Cluster, topic_prefix: str
) -> None:
    settings = by_scram(secured_cluster, "subscriber")
    admin = by_scram(secured_cluster, "admin")
    name = await topic(admin, f"{topic_prefix}a")
    who = f"Kafka at {secured_cluster.bootstrap_servers} does not let subscriber by SCRAM-SHA-512"

    async with open_topics(settings) as topics:
        with pytest.raises(NotAllowed) as creating:
            await topics.create_missing([TopicSpec(f"{topic_prefix}b", 1, 1)])
    with pytest.raises(NotAllowed) as looking:
        await groups.state(settings, f"{topic_prefix}g")
    await grant(secured_cluster, settings, [Grant("subscriber", "Topic", name, "Describe")])
    async with RecordProducer(admin) as producer:
        await producer.send_all([Record(name, b"k", b"v")])
    async with open_reader(settings, [name]) as reader:
        with pytest.raises(NotAllowed) as reading:
            await anext(aiter(reader.batches()))
    async with RecordProducer(settings) as producer:
        (sent,) = await producer.send_all([Record(name, b"k", b"v")])

    use = f"{who} use"
    ask = "grant it the permission"
    assert str(creating.value) == f"{use} the topic {topic_prefix}b (Create): {ask}"
    assert str(looking.value) == f"{use} the group {topic_prefix}g: {ask}"
    assert str(reading.value) == f"{use} the topic {name}: {ask}"
    assert isinstance(sent.error, NotAllowed)
    assert str(sent.error) == f"{use} the topic {name} (Write): {ask}"


def test_the_secret_of_a_client_is_masked(secured_cluster: Cluster) -> None:
    settings = by_token(secured_cluster, TokenServer("http://127.0.0.1:9/token"))

    assert CLIENT_SECRET not in repr(settings)
    assert CLIENT_SECRET not in repr(settings.client_options()["sasl_oauth_token_provider"])
