from __future__ import annotations

from pydantic import SecretStr

from adapters.plentific.models.webhooks import Subscription
from workers.webhooks.subscriptions import EVENTS, Plan, Wanted, plan

ADDRESS = "https://hooks.example.com/webhooks/plentific"
WANTED = Wanted(ADDRESS, SecretStr("a-webhook-secret"))


def a_subscription(uuid: str = "one", address: str = ADDRESS, **fields: object) -> Subscription:
    values = {"matching_events": EVENTS, "is_enabled": True, **fields}
    return Subscription.model_validate({"uuid": uuid, "endpoint_url": address, **values})


def test_none_is_created() -> None:
    assert plan(WANTED, []) == Plan(None, (), "there is none with this address")


def test_one_as_wanted_stays_in_whatever_order_its_events_are_told() -> None:
    found = a_subscription(matching_events=[*reversed(EVENTS)])
    assert plan(WANTED, [found]) == Plan(found, [], "as wanted")


def test_one_for_other_events_is_replaced() -> None:
    found = a_subscription(matching_events=["*"])
    assert plan(WANTED, [found]) == Plan(None, [found], "its events are others")


def test_one_that_is_disabled_is_replaced() -> None:
    found = a_subscription(is_enabled=False)
    assert plan(WANTED, [found]) == Plan(None, [found], "it is disabled")


def test_one_as_wanted_is_replaced_if_asked_for() -> None:
    found = a_subscription()
    assert plan(WANTED, [found], renew=True) == Plan(None, [found], "a new one was asked for")


def test_a_wrong_one_beside_a_right_one_goes() -> None:
    right, wrong = a_subscription("right"), a_subscription("wrong", is_enabled=False)
    assert plan(WANTED, [wrong, right]) == Plan(right, [wrong], "there is more than one")


def test_of_two_that_look_right_neither_is_trusted_to_have_the_secret() -> None:
    both = [a_subscription("one"), a_subscription("two")]
    assert plan(WANTED, both) == Plan(None, both, "there is more than one")


def test_those_of_others_are_never_touched() -> None:
    theirs = [
        a_subscription("1", "https://elsewhere.example.com/webhooks/plentific"),
        a_subscription("2", "https://hooks.example.com/webhooks/another", is_enabled=False),
        a_subscription("3", f"{ADDRESS}/"),
        a_subscription("4", "http://hooks.example.com/webhooks/plentific"),
    ]
    assert plan(WANTED, theirs, renew=True) == Plan(None, (), "there is none with this address")
    own = a_subscription("own")
    assert plan(WANTED, [*theirs, own], renew=True).delete == [own]


def test_one_that_we_made_for_another_address_is_replaced() -> None:
    old = a_subscription("old", "https://before.example.com/webhooks/plentific")
    theirs = a_subscription("theirs", "https://before.example.com/webhooks/plentific")

    assert plan(WANTED, [theirs, old], ["old", "gone"]) == Plan(
        None, [old], "its address was another"
    )


def test_beside_one_as_wanted_the_one_for_another_address_goes() -> None:
    new, old = a_subscription("new"), a_subscription("old", "https://before.example.com/x")

    assert plan(WANTED, [old, new], ["old"]) == Plan(new, [old], "there is more than one")


def test_the_secret_is_not_shown() -> None:
    assert "a-webhook-secret" not in repr(WANTED)
