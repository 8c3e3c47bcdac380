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
from workers.react.effects import charge_sheet
from workers.react.effects.charge_sheet import PlannedCharge
from workers.react.reaction import Blocked
from workers.react.reactions.recharge_paid_invoice import plan

PENNY = Decimal("0.01")
EVERYTHING = settings(lines="all")
RATES = [str(Decimal(halves) / 2) for halves in range(61)]
"""VAT rates from 0 to 30 percent."""
TAXES = {rate: f"tax {rate}" for rate in RATES}
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


@pytest.mark.parametrize("amount", ["0.00", "0.01", "0.02"])
def test_a_line_worth_less_than_half_a_penny_is_not_charged(amount: str) -> None:
    assert charges(line("0.487", "0.0079", vat="30", amount=amount)) == []


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


def rounded(plain: dict[str, Any], pennies: int) -> dict[str, Any]:
    """A line whose total was rounded by somebody else: a penny more or less, or not at all."""
    total = Decimal(plain["amount_including_tax"]) + pennies * PENNY
    return {**plain, "amount_including_tax": str(total)}


LINES = some.builds(
    rounded,
    some.builds(
        line,
        quantity=decimals(9_999, 4),
        unit_price=decimals(999_999, 5),
        vat=some.builds(
            lambda rate, more: f"{Decimal(rate):.{more}f}",
            some.sampled_from(RATES),
            some.integers(1, 3),
        ),
        kind=some.sampled_from(["LABOUR", "MATERIALS"]),
        recharge=some.sampled_from([True, False, None]),
    ),
    some.sampled_from([0, 0, 1, -1]),
)


@pytest.mark.slow
@thorough(max_examples=2_000, deadline=None, derandomize=True, database=None)
@given(some.lists(LINES, min_size=1, max_size=4), some.sampled_from(["all", "rechargeable"]))
def test_the_charges_add_up_to_the_selected_lines_to_the_penny(
    lines: list[dict[str, Any]], which: str
) -> None:
    own = settings(lines=which, tax=TAXES)
    nets = [
        Decimal(one["quantity"]) * Decimal(one["unit_price"])
        if which == "all" or one["resident_recharge"]
        else Decimal(0)
        for one in lines
    ]

    calls = [effect.call for effect in plan(paid(*lines), own, PLACE)]

    assert {call.line for call in calls} == {
        number for number, net in enumerate(nets, 1) if to_the_penny(net) > 0
    }
    for call in calls:
        charged = lines[call.line - 1]
        rate = Decimal(charged["vat_percent"])
        assert call.tax == f"tax {rate.normalize():f}"
        assert charge_sheet.restore(charge_sheet.request(call)) == call
        gross = to_the_penny(call.quantity * call.unit_price * (1 + rate / 100))
        assert abs(gross - Decimal(charged["amount_including_tax"])) <= 2 * PENNY
        amount = call.quantity * call.unit_price
        assert amount == to_the_penny(nets[call.line - 1])
        wire = call.put().to_wire(LONDON)
        assert Decimal(wire["quantity"]) * Decimal(wire["unitprice"].removeprefix("£")) == amount
    assert sum(call.quantity * call.unit_price for call in calls) == sum(map(to_the_penny, nets))
    assert len({call.reference for call in calls}) == len(calls)
    assert len({call.date_to for call in calls}) == len(calls)
    assert all(call.date_from.tzinfo is UTC for call in calls)
