"""What is charged is what the lines say before tax, to the penny, whatever the numbers are."""

from __future__ import annotations

from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as thorough
from hypothesis import strategies as some

from tests.workers.react.invoices import PLACE, line, paid, settings
from workers.react.effects.charge_sheet import PlannedCharge
from workers.react.reaction import Blocked
from workers.react.reactions.recharge_paid_invoice import plan

PENNY = Decimal("0.01")
EVERYTHING = settings(lines="all")
LONDON = ZoneInfo("Europe/London")


def charges(*lines: dict[str, Any]) -> list[PlannedCharge]:
    return [effect.call for effect in plan(paid(*lines), EVERYTHING, PLACE)]


def to_the_penny(value: Decimal) -> Decimal:
    return value.quantize(PENNY, ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("quantity", "unit_price", "charged"),
    [
        ("1", "55", (Decimal(1), Decimal("55.00"))),
        ("1.0", "55.0", (Decimal("1.0"), Decimal("55.00"))),
        ("2.5", "10.00", (Decimal("2.5"), Decimal("10.00"))),
        ("3", "33.33", (Decimal(3), Decimal("33.33"))),
        # fractions of a penny: one piece
        ("8", "0.125", (Decimal(1), Decimal("1.00"))),
        ("3", "0.125", (Decimal(1), Decimal("0.38"))),
        ("0.333", "10.00", (Decimal("0.333"), Decimal("10.00"))),
        ("0.333", "10.01", (Decimal(1), Decimal("3.33"))),
        ("0.5", "0.01", (Decimal(1), Decimal("0.01"))),
        ("1.5", "0.33", (Decimal(1), Decimal("0.50"))),
        ("1000000", "12345.6789", (Decimal(1), Decimal("12345678900.00"))),
    ],
)
def test_quantity_and_price_are_kept_where_they_can_be_written(
    quantity: str, unit_price: str, charged: tuple[Decimal, Decimal]
) -> None:
    (call,) = charges(line(quantity, unit_price))

    assert (call.quantity, call.unit_price) == charged


@pytest.mark.parametrize("amount", ["65.98", "66.02", "55.00", "0.00", "-66.00"])
def test_a_line_that_does_not_add_up_blocks(amount: str) -> None:
    with pytest.raises(Blocked) as blocked:
        charges(line(), line("1", "55.00", amount=amount))

    assert str(blocked.value) == (
        "invoice 211706 line 2 does not add up: 1 × 55.00 and 20 % VAT make 66.00, not " + amount
    )


def test_a_line_worth_nothing_that_claims_an_amount_blocks() -> None:
    with pytest.raises(Blocked, match=r"does not add up: 0 × 55.00"):
        charges(line("0", "55.00", amount="66.00"))


@pytest.mark.parametrize("amount", ["65.99", "66.00", "66.01"])
def test_a_penny_of_rounding_is_allowed(amount: str) -> None:
    (call,) = charges(line("1", "55.00", amount=amount))

    assert call.unit_price == Decimal("55.00")


@pytest.mark.parametrize(("quantity", "unit_price"), [("-1", "55.00"), ("1", "-0.01")])
def test_a_credit_blocks_for_a_person(quantity: str, unit_price: str) -> None:
    with pytest.raises(Blocked, match=r"invoice 211706 line 1 is not above zero: -"):
        charges(line(quantity, unit_price))


def decimals(largest: int, places: int) -> some.SearchStrategy[str]:
    """Texts of decimals from 0 to `largest` with up to so many places."""
    return some.builds(
        lambda whole, shift: str(Decimal(whole).scaleb(-shift)),
        some.integers(0, largest),
        some.integers(0, places),
    )


LINES = some.builds(
    line,
    quantity=decimals(9_999, 4),
    unit_price=decimals(999_999, 5),
    vat=some.sampled_from(["0", "17.5", "20", "20.0"]),
    kind=some.sampled_from(["LABOUR", "MATERIALS"]),
)


@pytest.mark.slow
@thorough(max_examples=2_000, deadline=None, derandomize=True, database=None)
@given(some.lists(LINES, min_size=1, max_size=4))
def test_the_charges_add_up_to_the_lines_to_the_penny(lines: list[dict[str, Any]]) -> None:
    nets = [Decimal(one["quantity"]) * Decimal(one["unit_price"]) for one in lines]

    calls = charges(*lines)

    assert {call.line for call in calls} == {
        number for number, net in enumerate(nets, 1) if to_the_penny(net) > 0
    }
    for call in calls:
        amount = call.quantity * call.unit_price
        assert amount == to_the_penny(nets[call.line - 1])
        wire = call.put().to_wire(LONDON)
        assert Decimal(wire["quantity"]) * Decimal(wire["unitprice"].removeprefix("£")) == amount
    assert sum(call.quantity * call.unit_price for call in calls) == sum(map(to_the_penny, nets))
    assert len({call.reference for call in calls}) == len(calls)
    assert len({call.date_to for call in calls}) == len(calls)
    assert all(call.date_from.tzinfo is UTC for call in calls)
